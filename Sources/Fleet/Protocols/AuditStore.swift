import RotationModel

/// The audit: a chain of entries, each of which covers all before it.
package protocol AuditStore {
    /// The newest point of the audit, as it is committed.
    func auditAnchor() throws(RotationError) -> AuditAnchor

    /// Computes the chain of hashes anew.
    ///
    /// - Returns: The first entry that was changed, or that follows one that was removed; nil where the chain holds.
    func verifyAuditChain() throws(RotationError) -> Int64?

    /// Computes the chain of hashes anew, and holds it against anchors that were kept elsewhere.
    ///
    /// - Returns: What is wrong first, by the entries' order; nil where the chain holds and has all anchors in it.
    func auditFault(against anchors: [AuditAnchor]) throws(RotationError) -> AuditFault?

    /// Hands over the audit's entries, oldest first.
    ///
    /// - Parameters:
    ///   - since: Entries of that time and later, and altered ones without a time; nil for all.
    ///   - device: Entries about that device alone; nil for all.
    func audit(since: Timestamp?, device: DeviceID?, each: (AuditEntry) throws -> Void) throws
}
