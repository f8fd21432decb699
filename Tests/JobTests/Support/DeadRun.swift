import Delivery
import Fleet
import PKI
import RotationModel
import RotationTesting

@testable import Job

/// A run that goes as far as a test lets it, by the inventory's own verbs, and then is never heard of again.
struct DeadRun {
    static let id: RunID = "20261130T230000Z-deadbeef"
    static let at: Timestamp = "2026-11-30T23:00:00Z"

    let fleet: TestFleet
    let inventory: any FleetStore

    init(_ fleet: TestFleet) throws {
        self.fleet = fleet
        inventory = try fleet.workspace.openInventory(.readWrite)
        try inventory.beginRun(
            RunRecord(id: DeadRun.id, startedAt: DeadRun.at, now: DeadRun.at, actor: "test", host: "here", pid: 1))
    }

    /// Records the device's CSR and leaves its file where it is.
    func take(_ device: String, _ key: PrivateKey) throws {
        let request = TakenRequest(
            deviceRow: try planned(device).row, device: DeviceID(checked: device), spki: key.publicKey.der,
            keyFingerprint: key.publicKey.fingerprint, keyIdentity: key.publicKey.identity,
            algorithm: key.publicKey.algorithm)
        try inventory.take([request], refused: [], run: DeadRun.id, at: DeadRun.at)
    }

    func order(_ device: String, serial: SerialNumber? = nil) throws -> ReservationOrder {
        let planned = try planned(device)
        return ReservationOrder(
            deviceRow: planned.row, device: planned.id, oldCertificate: planned.active[0].row,
            serial: serial ?? ThrowawayPKI.serial("dead \(device)"),
            cause: Cause(
                Reason(.expiring, "it ends"), PolicyReference(name: "sensors", file: "policies/policy.yaml", line: 3)),
            profile: "client",
            authority: "fleet-ca-1", keySource: .request)
    }

    func reserve(_ device: String) throws -> Reservation {
        let made = try inventory.reserve(
            [order(device)], batch: "\(DeadRun.id)/0", run: DeadRun.id, at: DeadRun.at)
        guard let first = made.reserved.first else { throw RotationError(.inventory, "\(made.skipped)") }
        return first
    }

    func record(_ reservation: Reservation) throws -> ManifestRecord {
        let signed = try fleet.pki.signer().sign(
            CertificateOrder(
                serialNumber: reservation.order.serial, subject: ThrowawayPKI.name(reservation.order.device.text),
                subjectAlternativeNames: [], notBefore: DeadRun.at, notAfter: DeadRun.at + .days(90),
                publicKey: PublicKeyInfo(der: reservation.spki)))
        return try inventory.record(
            [
                IssuedOrder(
                    reservation: reservation, columns: CertificateColumns(signed),
                    manifest: ManifestDraft(expires: DeadRun.at + .days(30)))
            ], run: DeadRun.id, at: DeadRun.at)[0]
    }

    /// Writes the manifest where devices find it, and does not record that.
    func publish(_ record: ManifestRecord) throws {
        let payload = Manifest(
            device: record.device, account: record.account, sequence: record.sequence, issued: record.issued,
            expires: record.expires, run: record.run,
            action: .install(
                Manifest.Replacement(
                    certificate: record.certificateDER ?? [], chain: [fleet.pki.authority.certificate.pem])),
            reason: record.reason, replaces: nil
        ).payload
        let tree = fleet.workspace.delivery
        let jws = try JWSSigner(key: fleet.manifestKey).sign(payload: payload, type: Manifest.type)
        let staged = try tree.stage(jws, for: record.device)
        try tree.synchronize()
        try tree.rename([staged])
    }

    private func planned(_ device: String) throws -> PlanningDevice {
        var found: PlanningDevice?
        try inventory.planningSnapshot { snapshot in
            try snapshot.forEachDeviceWithActiveCertificate { if $0.id.text == device { found = $0 } }
        }
        guard let found else { throw RotationError(.badInput, "no device \(device)") }
        return found
    }
}
