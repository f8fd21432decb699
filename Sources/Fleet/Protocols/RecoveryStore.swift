import RotationModel

/// Brings an inventory that was restored forward from what was signed and published after it.
///
/// Each verb can be done again, and does nothing then: who dies half-way begins anew.
package protocol RecoveryStore {
    /// The hash of an entry of the audit; nil where there is no such entry.
    func auditHash(ofEntry number: Int64) throws(RotationError) -> SHA256Digest?

    /// All times that this inventory was brought forward, oldest first.
    func recoveries() throws(RotationError) -> [Recovery]

    /// What is recorded of devices' manifests; devices that the inventory does not have are left out.
    func recordedManifests(of devices: [DeviceID]) throws(RotationError) -> [DeviceID: RecordedManifest]

    /// Takes over manifests that were published after the inventory was saved. From now on the sequences of their devices are greater, and what
    /// the inventory has to tell them is to be published again.
    ///
    /// A certificate that was handed out becomes `PENDING_ACTIVATION`, with its serial number on record, in a rotation that waits for its
    /// device's proof. Of devices that the inventory does not have the sequences are kept, until they are imported.
    ///
    /// - Returns: What became of each, in the order given; nil for a device that the inventory does not have.
    func recover(_ manifests: [PublishedManifest], run: RunID, at: Timestamp) throws(RotationError)
        -> [RecoveredManifest?]

    /// Takes over the entries of an authority's published CRLs. What they list is REVOKED, with their dates and reasons; the key of what
    /// they list for keyCompromise is refused for ever.
    ///
    /// - Parameters:
    ///   - issuers: The authority's name, as its certificates spell it, RFC 4514; one or more.
    ///   - notAfter: When the authority ends.
    func recover(
        _ entries: [PublishedRevocation], issuers: [String], notAfter: Timestamp, run: RunID, at: Timestamp
    ) throws(RotationError) -> RecoveredEntries

    /// Takes over the number of a published CRL: the next one has a greater number, and is due.
    func recoverCRL(
        _ name: String, authority: String, number: UInt64, thisUpdate: Timestamp, nextUpdate: Timestamp
    ) throws(RotationError)

    /// Records that the inventory was brought forward.
    func recordRecovery(_ recovery: Recovery, run: RunID, at: Timestamp) throws(RotationError)
}
