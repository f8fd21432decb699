import Lifecycle
import RotationModel

// What callers leave out most of the time.
extension IntakeStore {
    /// As ``take(_:run:at:)``, of CSRs that were taken and CSRs that were not.
    @discardableResult
    package func take(
        _ taken: [TakenRequest], refused: [RefusedFile], run: RunID, at: Timestamp
    ) throws(RotationError) -> [RequestConflict] {
        var intake = RequestIntake()
        (intake.taken, intake.refused) = (taken, refused)
        return try take(intake, run: run, at: at)
    }
}

extension RunStore {
    /// A run for all that is due.
}

extension AuditStore {
    /// All entries, or those about one device.
    package func audit(device: DeviceID? = nil, each: (AuditEntry) throws -> Void) throws {
        try audit(since: nil, device: device, each: each)
    }

    package func audit(since: Timestamp, each: (AuditEntry) throws -> Void) throws {
        try audit(since: since, device: nil, each: each)
    }
}

extension CatalogueStore {
    package func show(_ id: DeviceID) throws(RotationError) -> DeviceStory? { try show(id, auditLimit: 100) }

    /// Every device.
    package func list(each: (DeviceListing) throws -> Void) throws { try list(ListFilter(), each: each) }

    /// All of them, or so many.
    package func openRotations(limit: Int = .max) throws(RotationError) -> [OpenRotationListing] {
        try openRotations(in: nil, unchangedSince: nil, limit: limit)
    }

    package func openRotations(
        in state: RotationState?, unchangedSince before: Timestamp?
    ) throws(RotationError) -> [OpenRotationListing] {
        try openRotations(in: state, unchangedSince: before, limit: .max)
    }
}

extension RevocationStore {
    /// The order of a rule of the policy files.
    @discardableResult
    package func ensureRevocationOrder(
        name: String, reason: RevocationReason, mode: RevocationMode, deadline: TimeSpan?, run: RunID, at: Timestamp
    ) throws(RotationError) -> Int64 {
        try ensureRevocationOrder(
            name: name, reason: reason, mode: mode, deadline: deadline, note: nil, run: run, at: at)
    }
}

extension RevocationListStore {
    /// All that was ever revoked.
    package func forEachRevoked(issuers: [String], _ body: (RevokedCertificate) throws -> Void) throws {
        try forEachRevoked(issuers: issuers, after: 0, body)
    }

    /// For a CRL of which nothing is known but what the inventory says.
    package func beginCRL(
        name: String, authority: String, thisUpdate: Timestamp, nextUpdate: Timestamp, covers: Int64, run: RunID,
        at: Timestamp
    ) throws(RotationError) -> CRLState {
        try beginCRL(
            name: name, authority: authority, thisUpdate: thisUpdate, nextUpdate: nextUpdate, covers: covers,
            numberAtLeast: 1, run: run, at: at)
    }
}

extension RolloutsView {
    /// Where no confirmation waits.
    package func rolloutTally(
        ofPolicy policy: String, since: Timestamp, resumedAt: Timestamp?, patience: Patience, now: Timestamp
    ) throws(RotationError) -> RolloutTally {
        try rolloutTally(
            ofPolicy: policy, since: since, resumedAt: resumedAt, patience: patience, now: now, confirmed: [])
    }
}

extension RunStore {
    /// Records that a run has started, of which the caller knows that no other is at work.
    package func beginRun(_ run: RunRecord) throws(RotationError) {
        try beginRun(run, for: .job, unless: { _ in false })
    }

    @discardableResult
    package func closeInterruptedRuns(at: Timestamp) throws(RotationError) -> [RunID] {
        try closeInterruptedRuns(except: nil, at: at)
    }
}

extension CertificatesView {
    /// A year of weeks.
    package func expiries(from start: Timestamp) throws(RotationError) -> ExpiryCalendar {
        try expiries(from: start, weeks: 52)
    }

    package func certificates(serial: SerialNumber) throws(RotationError) -> [RevocableCertificate] {
        try certificates(serial: serial, issuer: nil)
    }
}

extension DevicesView {
    package func requestSigners(_ id: DeviceID) throws(RotationError) -> RequestSigners? {
        try requestSigners(id, confirmed: [])
    }
}

extension KeysView {
    package func isRefused(_ key: KeyIdentity) throws(RotationError) -> Bool { try isRefused(key, writtenAs: nil) }
}
