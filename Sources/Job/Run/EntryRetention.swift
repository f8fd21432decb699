import Fleet
import RotationModel

/// Which certificates a revocation list that is built now has to list, after what was published before it.
///
/// An entry stays until it has appeared on one list that was issued after the certificate's end (RFC 5280, 3.3), and goes only when it is
/// past that end now: a list that was written under a clock that was ahead costs no entry, and what it left out comes back.
struct EntryRetention {
    let at: Timestamp
    /// A time that has surely come.
    private let past: Timestamp
    /// When the last list was issued that verifiers have seen; nil where none was, or where none can be relied on.
    private let lastSeen: Timestamp?

    /// - Parameters:
    ///   - state: what is recorded of the list so far; nil where none was begun.
    ///   - at: when the new one is issued.
    ///   - lastRun: the time of the last run, which somebody or `limits.clockJump` let pass: what is revoked by hand is not refused for the
    ///     clock, and so ends are judged by the earlier of both. Nil where there was none.
    init(after state: CRLState?, at: Timestamp, lastRun: Timestamp? = nil) {
        self.at = at
        past = min(at, lastRun ?? at)
        // What was recorded and not published counts for nothing: nobody has seen it. Nor does a list from a time that has not come.
        let seen = state.flatMap { $0.isPublished ? $0.thisUpdate : $0.previousUpdate }
        lastSeen = seen.flatMap { $0 <= at ? $0 : nil }
    }

    func keeps(_ revoked: RevokedCertificate) -> Bool {
        if past <= revoked.notAfter { return true }
        // A certificate that had expired before it was revoked needs no entry; but a revocation from a time that has not come was
        // dated by a wrong clock.
        guard revoked.revokedAt <= revoked.notAfter || revoked.revokedAt > at else { return false }
        return lastSeen.map { revoked.notAfter >= $0 } ?? true
    }
}
