import RotationModel

/// A point of the audit that was written down: so many entries there were, and the hash of the newest one covers them all.
///
/// Kept where whoever can write the database cannot, it shows that nothing up to there was changed or cut off since.
package struct AuditAnchor: Sendable, Hashable {
    package let entries: Int64
    /// Of the newest entry; all zeros where there is none yet.
    package let hash: SHA256Digest

    package init(entries: Int64, hash: SHA256Digest) {
        (self.entries, self.hash) = (entries, hash)
    }
}

/// The first thing that is wrong with the audit.
package enum AuditFault: Sendable, Equatable {
    /// This entry was changed, or follows one that was removed, or entries before it were.
    case broken(entry: Int64)
    /// The chain holds, and is not the one of this anchor: it was written anew. Up to the entry `intact` it is proved to be the old one.
    case rewritten(AuditAnchor, intact: Int64)
    /// The chain holds, and ends before this anchor: its end was cut off.
    case cut(AuditAnchor, last: Int64)
}
