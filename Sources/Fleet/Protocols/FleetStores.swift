import Lifecycle
import RotationModel

/// What devices handed in.
package protocol IntakeStore {
    /// Records that devices proved that they hold the keys of their new certificates, which become `ACTIVE`; and that other
    /// confirmations were not taken.
    ///
    /// Why one was refused goes into the device's manifest where a replacement waits for its confirmation: the manifest
    /// counts as expired, so that refreshing writes it anew.
    ///
    /// - Returns: Those orders, by their places, that were not confirmed: their rotation has ended or was confirmed meanwhile,
    ///   or their certificate may no longer be used.
    @discardableResult
    func confirm(_ orders: [ConfirmationOrder], refused: [RefusedFile], run: String, at: Timestamp)
        throws(RotationError) -> [Int]

    /// How many CSRs wait for a certificate.
    func waitingRequestCount() throws(RotationError) -> Int

    /// Forgets the CSRs that a certificate answered. Once a run, since deleting them batch by batch would write the same
    /// pages again and again; until then they do no harm: a rotation that has its certificate is not issued again.
    ///
    /// A CSR that came in later, for another key, waits on.
    func forgetAnsweredRequests() throws(RotationError)

    /// CSRs that were taken before a time and still wait, by device.
    func requests(receivedBefore: Timestamp) throws(RotationError) -> [StaleRequest]

    /// Forgets devices' conflicting CSRs, the last of which was taken before a time.
    func forgetConflicts(olderThan time: Timestamp) throws(RotationError)

    /// Records what came of the inbox. A device's new CSR replaces the one that waited; why one was refused is kept until a later
    /// one is taken.
    ///
    /// - Returns: Those that could not be taken after all, because another device has the key by now. They are recorded
    ///   as refused.
    @discardableResult
    func take(_ intake: RequestIntake, run: String, at: Timestamp) throws(RotationError) -> [RequestConflict]

    /// As ``take(_:run:at:)``, of what is found out within the same transaction: nothing comes between a check and its record.
    ///
    /// - Parameter check: says what is to be recorded, and what the caller wants to know beside it.
    func take<T>(run: String, at: Timestamp, _ check: (any FleetView) throws -> (RequestIntake, T))
        throws(RotationError) -> (T, [RequestConflict])
}

/// From a reserved serial number to a published manifest.
package protocol IssuanceStore {
    /// Records devices whose replacement could not be made, for the tally of their policies.
    func recordFailures(_ failures: [IssuanceFailure], run: String, at: Timestamp) throws(RotationError)

    /// Records that manifests lie where devices pick them up. One that was replaced meanwhile is passed over.
    func markPublished(_ manifests: [ManifestRecord], run: String, at: Timestamp) throws(RotationError)

    /// Manifests that were recorded and may not lie where devices pick them up, in the order in which they were recorded.
    ///
    /// - Parameter limit: How many at most; call again after ``markPublished(_:run:at:)`` for the rest.
    func unpublishedManifests(limit: Int) throws(RotationError) -> [ManifestRecord]

    /// Writes the manifests of rotations that are under way anew where they are about to expire, not yet published.
    ///
    /// - Parameters:
    ///   - expiringBefore: Those that expire earlier than this.
    ///   - newExpiry: When the new ones expire; after `expiringBefore`.
    ///   - limit: How many at most; call again until none is returned.
    func refreshManifests(expiringBefore: Timestamp, newExpiry: Timestamp, limit: Int, run: String, at: Timestamp)
        throws(RotationError) -> [ManifestRecord]

    /// Stores certificates that were signed, as `PENDING_ACTIVATION`, and each device's next manifest, not yet published.
    ///
    /// - Returns: The manifests, in the order given.
    /// - Throws: ``RotationError/Code/inventory`` where a reservation is no longer there to be recorded or the certificate
    ///   is not what was reserved; then nothing is recorded.
    func record(_ issued: [IssuedOrder], run: String, at: Timestamp) throws(RotationError) -> [ManifestRecord]

    /// Gives up the reservations that runs before this one left without a certificate. Their serial numbers stay in the
    /// records and are never used again; their rotations stay where they are, so that the next issue continues them.
    ///
    /// Only for who holds the lock on the workspace: every other run is taken for dead.
    ///
    /// - Parameter run: The run that recovers, whose own reservations are left alone.
    /// - Returns: How many were given up.
    @discardableResult
    func abandonReservations(run: String, at: Timestamp) throws(RotationError) -> Int

    /// Records that devices are asked for a CSR: opens their rotations and writes `rekey` manifests, not yet published.
    ///
    /// A device that has a replacement already is passed over, unless the order ``RekeyOrder/supersedes`` one that is not
    /// confirmed yet.
    ///
    /// - Returns: The manifests of the others, in the order given.
    func recordRekey(_ asks: [RekeyOrder], run: String, at: Timestamp) throws(RotationError) -> [ManifestRecord]

    /// Sets a serial number aside for each order, before anything is signed, and opens its rotation or moves it on.
    ///
    /// What planning saw may be past: an order is skipped where its certificate is no longer `ACTIVE`, its device's
    /// rotation has a replacement already or one under way, its CSR no longer waits, another device has its key, or the key
    /// is refused. A replacement that is not confirmed yet is given up where the order ``ReservationOrder/supersedes`` it.
    ///
    /// - Parameters:
    ///   - batch: The batch's name, for the records.
    ///   - run: The run that reserves; it must have begun.
    func reserve(_ orders: [ReservationOrder], batch: String, run: String, at: Timestamp) throws(RotationError) -> (
        reserved: [Reservation], skipped: [SkippedOrder]
    )

    /// Which of the serial numbers some certificate of the issuer has already: for those that an external issuer chose.
    ///
    /// It reads the fleet once, whatever their number.
    ///
    /// - Parameter issuer: its name, as RFC 4514 writes it.
    func serialsInUse(_ serials: Set<SerialNumber>, issuer: String) throws(RotationError) -> Set<SerialNumber>
}

/// The end of rotations and of old certificates.
package protocol RetirementStore {
    /// Ends confirmed rotations: the old certificate becomes `INACTIVE`, and a manifest tells the device that there is nothing
    /// to do.
    ///
    /// A certificate that other devices present too stays `ACTIVE` until each of them has a confirmed one of its own; the
    /// rotation ends all the same, and the certificate goes with the order of the last of those devices, or with one that
    /// names no rotation. Where the old certificate is no longer `ACTIVE`, the rotation just ends. Where the new one is no
    /// longer `ACTIVE`, the rotation is cancelled and the old certificate stays: it is the one that the device has.
    ///
    /// - Returns: The manifests, not yet published, in the order given; none for an order whose rotation is not confirmed any
    ///   more or that names none.
    func complete(_ orders: [CompletionOrder], run: String, at: Timestamp) throws(RotationError) -> [ManifestRecord]

    /// Confirmed rotations of which one certificate is no longer `ACTIVE`: ``complete(_:run:at:)`` ends each of them now.
    ///
    /// - Parameter limit: How many at most; call again after they were completed for the rest.
    func settledRotations(limit: Int) throws(RotationError) -> [SettledRotation]

    /// Makes certificates `INACTIVE` that are `ACTIVE` and no longer needed.
    ///
    /// One that another device presents too is passed over: it may be all that the other device has.
    ///
    /// - Returns: How many were retired.
    @discardableResult
    func retire(_ orders: [RetireOrder], run: String, at: Timestamp) throws(RotationError) -> Int
}

/// Orders to revoke, and their carrying out.
package protocol RevocationStore {
    /// Gives certificates that were revoked for a lesser reason the reason keyCompromise: what was found out later is what
    /// verifiers have to hear. The CRLs that list them are built anew.
    ///
    /// - Parameter certificates: By their rows. Those that are not revoked, or for keyCompromise already, are passed over.
    /// - Returns: How many were changed.
    @discardableResult
    func aggravate(_ certificates: [Int64], order: Int64, run: String, at: Timestamp) throws(RotationError) -> Int

    /// Records who signed imported certificates.
    ///
    /// - Parameter signers: By certificate, by its row; every claim of the same certificate has the same.
    func recordSigners(_ signers: [(certificate: Int64, signedBy: SignedBy)]) throws(RotationError)

    /// Carries out revocations that an import brought: from now on the CRLs list them. The statuses are the registry's, and stand already.
    ///
    /// - Parameter certificates: By their rows. Those of which no revocation waits are passed over.
    /// - Returns: How many were carried out.
    @discardableResult
    func carryOutImportedRevocations(_ certificates: [Int64], run: String, at: Timestamp) throws(RotationError) -> Int

    /// Records a revocation order. A run carries it out.
    ///
    /// - Parameter run: Nil where it is given outside a run; then the audit names the draft's actor.
    /// - Returns: The order's ``RevocationOrder/id``.
    /// - Throws: ``RotationError/Code/badInput`` where there was an order of that name before.
    @discardableResult
    func recordRevocationOrder(_ draft: RevocationOrderDraft, run: String?, at: Timestamp) throws(RotationError)
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
        name: String, reason: RevocationReason, mode: RevocationMode, deadline: TimeSpan?, note: String?, run: String,
        at: Timestamp
    ) throws(RotationError) -> Int64

    /// Records that an order is no longer in force. What it revoked stays revoked, and the keys that it refused stay refused.
    ///
    /// - Parameter run: Nil where it is withdrawn outside a run; then the audit names `actor`.
    /// - Returns: Whether there was one in force.
    @discardableResult
    func withdrawRevocationOrder(_ name: String, actor: String, run: String?, at: Timestamp) throws(RotationError)
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
    func revoke(_ orders: [RevokeOrder], run: String, at: Timestamp) throws(RotationError) -> (
        revoked: Int, manifests: [ManifestRecord]
    )

    /// Records that keys are certified for nobody any more. CSRs that wait with such a key are forgotten, and their devices
    /// are told. Doing it again changes nothing.
    ///
    /// - Parameter order: The revocation order that it follows from.
    /// - Returns: How many were not refused for this order before.
    @discardableResult
    func refuseKeys(_ keys: [KeyReference], order: Int64, run: String, at: Timestamp) throws(RotationError) -> Int
}

/// What the authorities' CRLs say, and up to where.
package protocol RevocationListStore {
    /// What is known of the CRL that is published under a name; nil where none was ever begun.
    func crlState(_ name: String) throws(RotationError) -> CRLState?

    /// All CRLs that were ever begun for an authority, by name.
    func crlStates(ofAuthority name: String) throws(RotationError) -> [CRLState]

    /// Sets a CRL number aside and records what the CRL under it will say, before it is signed. The number is spent, whether
    /// the CRL is published or not.
    ///
    /// - Parameters:
    ///   - name: The file's name.
    ///   - covers: The greatest ``RevokedCertificate/id`` that it takes account of.
    ///   - numberAtLeast: The number is this or the one after the last, whichever is greater: for who knows that devices have
    ///     seen higher ones than the inventory.
    /// - Throws: ``RotationError/Code/inventory`` where numbers run out, at 2^63.
    func beginCRL(
        name: String, authority: String, thisUpdate: Timestamp, nextUpdate: Timestamp, covers: Int64,
        numberAtLeast: UInt64, run: String, at: Timestamp
    ) throws(RotationError) -> CRLState

    /// Records that a CRL lies where it is fetched. One that a later one has replaced is passed over.
    func markCRLPublished(_ name: String, number: UInt64) throws(RotationError)

    /// The greatest ``RevokedCertificate/id`` among the certificates of some issuers; 0 where none is revoked. Revocations that an
    /// import brought and that wait for a run do not count.
    ///
    /// - Parameter issuers: Names, as RFC 4514 writes them.
    func lastRevocation(issuers: [String]) throws(RotationError) -> Int64

    /// Hands over the revoked certificates of some issuers, issuer by issuer in the order in which they were revoked. One that
    /// several devices present comes once for each. Revocations that wait for a run are left out, and so are certificates that bear
    /// an authority's name and are not its own.
    ///
    /// - Parameters:
    ///   - issuers: Names, as RFC 4514 writes them.
    ///   - id: Those with a greater ``RevokedCertificate/id`` alone.
    func forEachRevoked(issuers: [String], after id: Int64, _ body: (RevokedCertificate) throws -> Void) throws
}

/// Runs, and what they and people decide about rollouts.
package protocol RunStore {
    /// Records that a policy stopped by itself. One that stands already stays as it is.
    func recordHalt(ofPolicy policy: String, _ tally: RolloutTally, run: String, at: Timestamp) throws(RotationError)

    /// Lets a policy go on. What failed until now is not held against it any more.
    ///
    /// - Returns: Whether it had stopped.
    @discardableResult
    func resumeRollout(ofPolicy policy: String, note: String, actor: String, at: Timestamp) throws(RotationError)
        -> Bool

    /// Records that a run has started.
    ///
    /// - Throws: ``RotationError/Code/inventory`` where a run of that id is recorded already.
    func beginRun(_ run: RunRecord) throws(RotationError)

    /// Records how a run ended. One that has ended keeps its first outcome.
    func endRun(_ id: String, outcome: String, counts: [String: Int], at: Timestamp) throws(RotationError)

    /// Runs that began and did not end, oldest first. Without the lock on the workspace, one of them may be alive.
    func interruptedRuns() throws(RotationError) -> [String]

    /// Records that the runs that did not end never will. Only for who holds the lock on the workspace.
    ///
    /// - Parameter current: The run that calls, which is left alone.
    /// - Returns: The runs that were closed, oldest first.
    @discardableResult
    func closeInterruptedRuns(except current: String?, at: Timestamp) throws(RotationError) -> [String]

    /// The last runs, the latest first.
    func recentRuns(limit: Int) throws(RotationError) -> [RunRecord]
}

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

/// What people look up.
package protocol CatalogueStore {
    /// - Parameter auditLimit: How many of the last audit entries to include.
    /// - Returns: Nil where the inventory does not have the device; see ``nearNames(_:)``.
    func show(_ id: DeviceID, auditLimit: Int) throws(RotationError) -> DeviceStory?

    /// How many ``forEachFleetKey(_:)`` hands over.
    func fleetKeyCount() throws(RotationError) -> Int

    /// Hands over every certificate of any status, and then every CSR that waits, each in the order in which it came in. Memory does not
    /// grow with the fleet.
    func forEachFleetKey(_ body: (FleetKey) throws -> Void) throws

    /// How many devices have no certificate that is `ACTIVE`.
    func devicesWithoutActive() throws(RotationError) -> Int

    func summary(at: Timestamp) throws(RotationError) -> InventorySummary

    /// Lists devices in the order of their ids' bytes.
    func list(_ filter: ListFilter, each: (DeviceListing) throws -> Void) throws

    /// Device ids that a mistyped one may have meant, the nearest first; no more than three.
    func nearNames(_ id: DeviceID) throws(RotationError) -> [String]

    /// How many rotations stand where, by ``RotationState``; states without one are left out.
    func rotationsByState() throws(RotationError) -> [String: Int]

    /// Rotations that stand where they stand since before a time, the oldest first: `awaiting-csr` for devices that do
    /// not answer, `delivered` for manifests that nobody collects, and so on.
    ///
    /// - Parameters:
    ///   - state: Nil for every state of an open rotation.
    ///   - before: Nil for all.
    ///   - limit: How many at most.
    func openRotations(in state: RotationState?, unchangedSince before: Timestamp?, limit: Int) throws(RotationError)
        -> [OpenRotationListing]
}

/// The fleet, in and out.
package protocol TransferStore {
    /// Writes all devices and certificates, in the order of the device ids' bytes; a device's certificates by notBefore,
    /// then fingerprint. Imported into an empty inventory, it gives the same devices and certificates.
    ///
    /// - Parameter write: Takes the output piece by piece.
    /// - Throws: ``RotationError`` where the inventory fails; what `write` throws, as an error of code
    ///   ``RotationError/Code/io`` unless it is a ``RotationError``.
    func exportFleet(format: ExportFormat, write: ([UInt8]) throws -> Void) throws(RotationError)

    /// Reads devices and their certificates in. Reading the same input again changes nothing.
    ///
    /// A row that cannot go in is reported and left out; the others go in. Unless it is strict or a dry run, the import
    /// commits every some thousand rows: after a crash, importing again completes it.
    ///
    /// - Parameters:
    ///   - path: A file, or for aws-iot a folder.
    ///   - reader: Reads one certificate, PEM or DER.
    ///   - rejected: Called for each row that does not go in, in the order of the input.
    ///   - progress: Called now and then with the bytes read, the file's size, and the devices so far.
    /// - Throws: ``RotationError`` where the input as a whole cannot be read, or the inventory cannot be written.
    func importFleet(
        from path: String, options: ImportOptions, reader: @escaping CertificateReader, rejected: (RejectedRow) -> Void,
        progress: (_ bytesDone: Int64, _ bytesTotal: Int64, _ devices: Int) -> Void
    ) throws(RotationError) -> ImportSummary
}
