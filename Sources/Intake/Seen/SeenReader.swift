import Delivery
import RotationModel
import System

/// Reads the gate's notes of who spoke to it.
package struct SeenReader: Sendable {
    let source: InboxFolder

    package init(source: InboxFolder) { self.source = source }

    /// What some notes say together, and those that say nothing.
    package struct Reading: Sendable {
        /// Each certificate with the last time of all notes.
        package var seen: [Fingerprint: Timestamp] = [:]
        /// The files that were read.
        var read: [String] = []
        var refused: [(file: String, refusal: RequestRefusal)] = []

        package init() {}

        package mutating func add(_ other: Reading) {
            seen.merge(other.seen, uniquingKeysWith: max)
            read += other.read
            refused += other.refused
        }
    }

    /// How many notes are read together: each may be of thousands of certificates.
    package static let batch = 16

    package func read(_ names: [String]) async throws -> Reading {
        let notes = try await withTaskExecutorPreference(BlockingThreads.shared) {
            try await Parallel.map(names) { share in share.map { ($0, note($0)) } }
        }
        var reading = Reading()
        for (file, note) in notes {
            switch note {
            case .success(let note):
                reading.read.append(file)
                reading.seen.merge(note.seen, uniquingKeysWith: max)
            case .failure(let refusal): reading.refused.append((file, refusal))
            }
        }
        return reading
    }

    private func note(_ file: String) -> Result<SeenNote, RequestRefusal> {
        Result { () throws(RequestRefusal) in
            let bytes = try HandIn<RequestFault>.read(file, in: source)
            guard SpoolName(file) != nil else {
                throw RequestRefusal(.fileName, "the file name is none that the gate gives")
            }
            do throws(RotationError) {
                return try SeenNote(reading: bytes)
            } catch {
                throw RequestRefusal(.malformed, error)
            }
        }
    }
}
