import RotationModel

/// Orders to revoke, and their carrying out.
package protocol RevocationStore {
    /// Gives certificates that were revoked for a lesser reason the reason keyCompromise: what was found out later is what
    /// verifiers have to hear. The CRLs that list them are built anew.
    ///
    /// - Parameter certificates: By their rows. Those that are not revoked, or for keyCompromise already, are passed over.
    /// - Returns: How many were changed.
    @discardableResult
    func aggravate(_ certificates: [Int64], order: Int64, run: RunID, at: Timestamp) throws(RotationError) -> Int

    /// Records who signed imported certificates.
    ///
    /// - Parameter signers: By certificate, by its row; every claim of the same certificate has the same.
    func recordSigners(_ signers: [(certificate: Int64, signedBy: SignedBy)]) throws(RotationError)

    /// Carries out revocations that an import brought: from now on the CRLs list them. The statuses are the registry's, and stand already.
    ///
    /// - Parameter certificates: By their rows. Those of which no revocation waits are passed over.
    /// - Returns: How many were carried out.
    @discardableResult
    func carryOutImportedRevocations(_ certificates: [Int64], run: RunID, at: Timestamp) throws(RotationError) -> Int

    /// Records a revocation order. A run carries it out.
    ///
    /// - Returns: The order's ``RevocationOrder/id``.
    /// - Throws: ``RotationError/Code/badInput`` where there was an order of that name before.
    @discardableResult
    func recordRevocationOrder(_ draft: RevocationOrderDraft, by actor: Actor, at: Timestamp) throws(RotationError)
        -> Int64

    /// Records the order that a policy's rule gives, or takes over what the rule says now.
    ///
    /// Its deadline counts from when the rule was first seen, whatever else of it changes. A rule that was gone and is back is
    /// in force again, and its deadline counts anew.
    ///
    /// - Parameter name: The rule's.
    /// - Returns: The order's ``RevocationOrder/id``.
    /// - Throws: ``RotationError/Code/badInput`` where an order of that name was given by hand.
    @discardableResult
    func ensureRevocationOrder(
        name: String, reason: RevocationReason, mode: RevocationMode, deadline: TimeSpan?, note: String?, run: RunID,
        at: Timestamp
    ) throws(RotationError) -> Int64

    /// Records that an order is no longer in force. What it revoked stays revoked, and the keys that it refused stay refused.
    ///
    /// - Returns: Whether there was one in force.
    @discardableResult
    func withdrawRevocationOrder(_ name: String, by actor: Actor, at: Timestamp) throws(RotationError)
        -> Bool

    /// Revokes certificates: every claim of each becomes `REVOKED`, for ever.
    ///
    /// What was under way with them is settled in the same transaction. A rotation that brings such a certificate is
    /// cancelled, and its offer taken back. One that replaces it is completed where the replacement is confirmed, and
    /// cancelled where nothing was signed yet; where a replacement waits for its confirmation the rotation goes on. CSRs
    /// that wait with the key of one that is revoked for keyCompromise are forgotten.
    ///
    /// - Returns: How many certificates were not revoked before, each counted once however many devices present it; and the
    ///   manifests that take offers back, not yet published.
    @discardableResult
    func revoke(_ orders: [RevokeOrder], run: RunID, at: Timestamp) throws(RotationError) -> (
        revoked: Int, manifests: [ManifestRecord]
    )

    /// Records that keys are certified for nobody any more. CSRs that wait with such a key are forgotten, and their devices
    /// are told. Doing it again changes nothing.
    ///
    /// - Parameter order: The revocation order that it follows from.
    /// - Returns: How many were not refused for this order before.
    @discardableResult
    func refuseKeys(_ keys: [KeyReference], order: Int64, run: RunID, at: Timestamp) throws(RotationError) -> Int
}
