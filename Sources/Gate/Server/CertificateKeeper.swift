import PKI
import RotationModel
import Synchronization
import System

/// Where a server's certificates come from.
package protocol CertificateSource: Sendable {
    /// Reads them, now.
    ///
    /// - Throws: ``RotationError`` that says which file is wrong, and how.
    func load() throws(RotationError) -> ServerContext
    /// The files whose change means other certificates.
    var files: [String] { get }
}

/// Has the certificates that new connections are shown, and exchanges them when their files change. One that cannot be used changes nothing.
final class CertificateKeeper: Sendable {
    private struct State {
        var context: ServerContext
        /// As they were when they were last read, whatever came of it.
        var seen: [FileIdentity?]
    }

    private let source: any CertificateSource
    private let state: Mutex<State>

    /// - Throws: as ``CertificateSource/load()``.
    init(_ source: any CertificateSource) throws(RotationError) {
        self.source = source
        let seen = CertificateKeeper.look(at: source)
        state = Mutex(State(context: try source.load(), seen: seen))
    }

    var context: ServerContext { state.withLock { $0.context } }

    /// Whether a file is another than the one that was read last.
    var hasChanged: Bool {
        let found = CertificateKeeper.look(at: source)
        return state.withLock { state in
            zip(found, state.seen).contains { found, seen in
                guard let found, let seen else { return (found == nil) != (seen == nil) }
                return !found.isSameContent(as: seen)
            }
        }
    }

    /// - Throws: as ``CertificateSource/load()``; the old certificates stay.
    func reload() throws(RotationError) {
        let seen = CertificateKeeper.look(at: source)
        state.withLock { $0.seen = seen }
        let context = try source.load()
        state.withLock { $0.context = context }
    }

    private static func look(at source: any CertificateSource) -> [FileIdentity?] {
        source.files.map(FileIdentity.following)
    }
}
