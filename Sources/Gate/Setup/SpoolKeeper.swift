import Delivery
import RotationModel
import Synchronization

/// Keeps in the spool what devices hand in, and which devices were there: once a minute, or at once where that proves a new certificate.
package final class SpoolKeeper: SubmissionSink, SightingSink {
    private let spool: Spool
    /// When each was there last, since it was noted last; by the certificate's fingerprint.
    private let seen = Mutex<[Fingerprint: Timestamp]>([:])

    package init(_ spool: Spool) { self.spool = spool }

    package func submit(_ handedIn: HandedIn) async throws(RotationError) {
        try await spool.submit(
            Submission(
                kind: handedIn.kind == .csr ? .csr : .ack, device: handedIn.device, account: handedIn.account,
                certificate: handedIn.certificate, at: handedIn.at, via: handedIn.via == .proxy ? .proxy : .tls,
                bytes: handedIn.bytes))
    }

    package func saw(_ sighting: Sighting) async {
        seen.withLock { seen in
            seen[sighting.certificate] = max(sighting.at, seen[sighting.certificate] ?? sighting.at)
        }
        guard sighting.provesReplacement else { return }
        // A device may come once a week: what this one request proves must not be lost with the minute. Where it cannot be kept now, it
        // is noted with the others.
        try? await spool.note(seen: [sighting.certificate: sighting.at])
    }

    /// Notes who was there since the last time.
    ///
    /// - Throws: Where it cannot be written now; it is noted with the next.
    package func note() async throws(RotationError) {
        let noted = seen.withLock { seen in
            defer { seen = [:] }
            return seen
        }
        do {
            try await spool.note(seen: noted)
        } catch {
            seen.withLock { $0.merge(noted, uniquingKeysWith: max) }
            throw error
        }
    }
}
