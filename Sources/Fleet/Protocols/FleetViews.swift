import Lifecycle
import RotationModel

/// Devices, and what is known of one when something of it comes in.
package protocol DevicesView {
    /// The row of an issuer's name; one below zero, good for this snapshot alone, where the inventory has no certificate by it.
    func supposedIssuer(_ name: String) throws(RotationError) -> Int64

    /// What is known of a device that hands in a confirmation; nil where the inventory does not have it.
    func confirmationContext(_ id: DeviceID) throws(RotationError) -> ConfirmationContext?

    /// What is known of a device that hands in a CSR; nil where the inventory does not have it.
    func intakeContext(_ id: DeviceID) throws(RotationError) -> IntakeContext?

    /// Devices whose id is longer than so many bytes, in the order of their bytes: their names do not fit everywhere.
    func longDeviceIDs(bytesOver limit: Int) throws(RotationError) -> [DeviceID]

    /// All issuers' names, by their rows.
    func issuerNames() throws(RotationError) -> [(row: Int64, name: String)]

    /// Devices, with certificates and without.
    var deviceCount: Int { get throws(RotationError) }

    func accountName(_ row: Int64) throws(RotationError) -> AccountID

    func issuerName(_ row: Int64) throws(RotationError) -> String

    func labels(ofSet row: Int64) throws(RotationError) -> Labels

    /// Hands over each device that has an `ACTIVE` certificate, in the order of its id's bytes, with its pending ones. Memory
    /// does not grow with the fleet.
    func forEachDeviceWithActiveCertificate(_ body: (PlanningDevice) throws -> Void) throws

    /// Devices that handed in CSRs with different keys, of which nobody knows which is the device's; by row.
    func devicesWithConflicts() throws(RotationError) -> Set<Int64>

    /// Nil where the inventory does not have the device.
    ///
    /// - Parameter confirmed: `PENDING_ACTIVATION` certificates that count as `ACTIVE`, by row.
    func requestSigners(_ id: DeviceID, confirmed: Set<Int64>) throws(RotationError) -> RequestSigners?
}

/// Certificates, by what they are asked for.
package protocol CertificatesView {
    /// Counts from the index alone; no certificate's row is read.
    ///
    /// - Parameter weeks: how many weeks are told apart, 1 or more.
    func expiries(from start: Timestamp, weeks: Int) throws(RotationError) -> ExpiryCalendar

    /// Claims of certificates by devices, of any status.
    var certificateCount: Int { get throws(RotationError) }

    /// Claims whose certificate is `ACTIVE`.
    var activeCertificateCount: Int { get throws(RotationError) }

    /// Hands over every certificate of any status, one a claim, in the order in which they came in. Memory does not grow with
    /// the fleet; the body may read from the snapshot.
    func forEachCertificate(_ body: (RevocableCertificate) throws -> Void) throws

    func certificate(row: Int64) throws(RotationError) -> RevocableCertificate?

    /// One a claim.
    func certificates(withFingerprint fingerprint: Fingerprint) throws(RotationError) -> [RevocableCertificate]

    func certificates(withKey key: KeyIdentity) throws(RotationError) -> [RevocableCertificate]

    /// Those that were issued to replace one; not what was issued to replace those.
    func certificates(renewing row: Int64) throws(RotationError) -> [RevocableCertificate]

    func certificates(ofDevice row: Int64) throws(RotationError) -> [RevocableCertificate]

    /// Those of a serial number, which only together with an issuer names one (RFC 5280, 4.1.2.2). Reads the whole fleet.
    ///
    /// - Parameter issuer: The issuer's name, as RFC 4514 writes it; nil for any.
    func certificates(serial: SerialNumber, issuer: String?) throws(RotationError) -> [RevocableCertificate]
}

/// Who has a key, and whether anybody may have it.
package protocol KeysView {
    /// The keys that certificates of more than one device have, of any status.
    func sharedKeys() throws(RotationError) -> Set<KeyIdentity>

    /// Whether another device has this key in a certificate of any status.
    func isCertified(_ key: KeyIdentity, otherThan device: Int64) throws(RotationError) -> Bool

    /// The CSRs of other devices that wait with this key.
    func requests(withKey key: KeyIdentity, otherThan device: Int64) throws(RotationError) -> [HeldRequest]

    /// The keys that are refused because of an order, in the order of their bytes.
    func refusedKeys(of order: Int64) throws(RotationError) -> [KeyReference]

    /// Whether a key is certified for nobody any more: it is that of a certificate that was revoked for keyCompromise, or an
    /// order named it.
    ///
    /// - Parameter fingerprint: Of a key that the inventory does not have: an order may have named it by that alone.
    func isRefused(_ key: KeyIdentity, writtenAs fingerprint: KeyFingerprint?) throws(RotationError) -> Bool

    /// As ``key(writtenAs:)``, for many, in one pass; only those that the inventory's certificates have.
    func keys(writtenAs fingerprints: Set<KeyFingerprint>) throws(RotationError) -> [KeyReference]

    /// The key of a fingerprint, by the certificates and CSRs that the inventory has; one that stands for it where there are none. Reads the
    /// whole fleet.
    func key(writtenAs fingerprint: KeyFingerprint) throws(RotationError) -> KeyReference

    /// Whether the private half of a key was in a file of the inbox, so that it is certified for this device no more.
    func isExposed(_ key: KeyIdentity, of device: Int64) throws(RotationError) -> Bool
}

/// Which revocations are in force.
package protocol RevocationsView {
    /// How many revocations wait for a run, of whatever issuer.
    var pendingRevocationCount: Int { get throws(RotationError) }

    /// Hands over the imported certificates of some issuers that are REVOKED and of which the question is open: those whose revocation
    /// waits for a run, and those that no authority's key was seen to verify. One a claim.
    ///
    /// - Parameter issuers: Names, as RFC 4514 writes them.
    func forEachImportedRevocation(issuers: [String], _ body: (ImportedRevocation) throws -> Void) throws

    /// The fingerprints of certificates whose revocation waits for a run, in the order in which they came in.
    func pendingRevocations() throws(RotationError) -> [Fingerprint]

    /// The revocation orders that are in force, in the order in which they were recorded.
    func revocationOrders() throws(RotationError) -> [RevocationOrder]

    /// The revocation order of a name, in force or withdrawn.
    func revocationOrder(named name: String) throws(RotationError) -> RevocationOrder?
}

/// How far rollouts have come.
package protocol RolloutsView {
    /// The policies that stopped and were not resumed, by name.
    func standingHalts() throws(RotationError) -> [StandingHalt]

    /// When each policy was resumed last, by name.
    func lastResumes() throws(RotationError) -> [String: Timestamp]

    /// Rotations under way that wait for their device's CSR, their certificate or their device's proof; but for those that a
    /// revocation caused, which no rollout waits for.
    func unconfirmedRotations() throws(RotationError) -> [UnconfirmedRotation]

    /// How those fared that a policy handed a replacement.
    ///
    /// - Parameters:
    ///   - policy: The policy's name.
    ///   - since: Replacements that were issued, or could not be made, later than this.
    ///   - resumedAt: What was settled then (confirmed, failed or stuck) is not counted; nil for all.
    ///   - patience: After how long without a proof a device counts as stuck.
    ///   - now: What counts as stuck is so by this time.
    ///   - confirmed: Replacements that are about to be confirmed, by their rows.
    func rolloutTally(
        ofPolicy policy: String, since: Timestamp, resumedAt: Timestamp?, patience: Patience, now: Timestamp,
        confirmed: Set<Int64>
    ) throws(RotationError) -> RolloutTally
}
