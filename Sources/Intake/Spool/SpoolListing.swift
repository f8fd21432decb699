import Delivery
import System

/// What lies in the gate's spool, by what it is; each in the order in which it was handed in.
///
/// Names alone are kept: what is in the files is read again when it is judged.
package struct SpoolListing: Sendable {
    /// CSRs, and what is no submission at all: those who read CSRs say what is wrong with it.
    package private(set) var requests: [String] = []
    package private(set) var confirmations: [String] = []

    private static let batch = 1000

    /// - Parameter names: of the spool's files.
    package init(of names: [String], in source: InboxFolder) async throws {
        for chunk in names.chunked(by: SpoolListing.batch) {
            let kinds = try await withTaskExecutorPreference(BlockingThreads.shared) {
                try await Parallel.map(Array(chunk)) { share in
                    share.map { name in (try? Submission(reading: source.read(name)))?.kind }
                }
            }
            for (name, kind) in zip(chunk, kinds) {
                if kind == .ack { confirmations.append(name) } else { requests.append(name) }
            }
        }
    }
}
