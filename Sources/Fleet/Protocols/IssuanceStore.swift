import RotationModel

/// From a reserved serial number to a published manifest.
package protocol IssuanceStore {
    /// Records devices whose replacement could not be made, for the tally of their policies.
    func recordFailures(_ failures: [IssuanceFailure], run: RunID, at: Timestamp) throws(RotationError)

    /// Records that manifests lie where devices pick them up. One that was replaced meanwhile is passed over.
    func markPublished(_ manifests: [ManifestRecord], run: RunID, at: Timestamp) throws(RotationError)

    /// Manifests that were recorded and may not lie where devices pick them up, in the order in which they were recorded.
    ///
    /// - Parameter limit: How many at most; call again after ``markPublished(_:run:at:)`` for the rest.
    func unpublishedManifests(limit: Int) throws(RotationError) -> [ManifestRecord]

    /// How many manifests there can be to look for. Costs no look at the fleet.
    func manifestExtent() throws(RotationError) -> ManifestExtent

    /// Devices whose manifest was published, in the order of their rows.
    ///
    /// - Parameters:
    ///   - after: Those with greater rows.
    ///   - through: And with rows up to this.
    ///   - underWay: Only those that have to do something about it, of rotations that are under way.
    ///   - limit: How many at most.
    func publishedManifests(
        after: Int64, through: Int64, underWay: Bool, limit: Int
    ) throws(RotationError) -> [DeviceWithManifest]

    /// The manifests of devices, by their rows and in their order; none for a device without one.
    func manifests(ofDevices rows: [Int64]) throws(RotationError) -> [ManifestRecord]

    /// Writes the manifests of rotations that are under way anew where they are about to expire, not yet published.
    ///
    /// - Parameters:
    ///   - expiringBefore: Those that expire earlier than this.
    ///   - newExpiry: When the new ones expire; after `expiringBefore`.
    ///   - limit: How many at most; call again until none is returned.
    func refreshManifests(expiringBefore: Timestamp, newExpiry: Timestamp, limit: Int, run: RunID, at: Timestamp)
        throws(RotationError) -> [ManifestRecord]

    /// Stores certificates that were signed, as `PENDING_ACTIVATION`, and each device's next manifest, not yet published.
    ///
    /// - Returns: The manifests, in the order given.
    /// - Throws: ``RotationError/Code/inventory`` where a reservation is no longer there to be recorded or the certificate
    ///   is not what was reserved; then nothing is recorded.
    func record(_ issued: [IssuedOrder], run: RunID, at: Timestamp) throws(RotationError) -> [ManifestRecord]

    /// Gives up the reservations that runs before this one left without a certificate. Their serial numbers stay in the
    /// records and are never used again; their rotations stay where they are, so that the next issue continues them.
    ///
    /// Only for who holds the lock on the workspace: every other run is taken for dead.
    ///
    /// - Parameter run: The run that recovers, whose own reservations are left alone.
    /// - Returns: How many were given up.
    @discardableResult
    func abandonReservations(run: RunID, at: Timestamp) throws(RotationError) -> Int

    /// Records that devices are asked for a CSR: opens their rotations and writes `rekey` manifests, not yet published.
    ///
    /// A device that has a replacement already is passed over, unless the order ``RekeyOrder/supersedes`` one that is not
    /// confirmed yet.
    ///
    /// - Returns: The manifests of the others, in the order given.
    func recordRekey(_ asks: [RekeyOrder], run: RunID, at: Timestamp) throws(RotationError) -> [ManifestRecord]

    /// Sets a serial number aside for each order, before anything is signed, and opens its rotation or moves it on.
    ///
    /// What planning saw may be past: an order is skipped where its certificate is no longer `ACTIVE`, its device's
    /// rotation has a replacement already or one under way, its CSR no longer waits, another device has its key, or the key
    /// is refused. A replacement that is not confirmed yet is given up where the order ``ReservationOrder/supersedes`` it.
    ///
    /// - Parameters:
    ///   - batch: The batch's name, for the records.
    ///   - run: The run that reserves; it must have begun.
    func reserve(_ orders: [ReservationOrder], batch: String, run: RunID, at: Timestamp) throws(RotationError) -> (
        reserved: [Reservation], skipped: [SkippedOrder]
    )

    /// Which of the serial numbers some certificate of the issuer has already: for those that an external issuer chose.
    ///
    /// It reads the fleet once, whatever their number.
    ///
    /// - Parameter issuer: its name, as RFC 4514 writes it.
    func serialsInUse(_ serials: Set<SerialNumber>, issuer: String) throws(RotationError) -> Set<SerialNumber>
}
