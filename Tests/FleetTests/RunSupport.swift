import RotationModel
import Testing

@testable import Fleet

extension TakenRequest {
    static func fake(_ device: PlanningDevice, key: String) -> TakenRequest {
        TakenRequest(
            deviceRow: device.row, device: device.id, spki: Array("spki:\(key)".utf8),
            keyFingerprint: FakeCertificate.keyFingerprint(key), keyIdentity: FakeCertificate.keyIdentity(key),
            algorithm: .ecdsaP256)
    }
}

extension ReservationOrder {
    static func fake(
        _ device: PlanningDevice, serial: UInt8, keySource: KeySource = .request
    ) -> ReservationOrder {
        ReservationOrder(
            deviceRow: device.row, device: device.id, oldCertificate: device.active[0].row,
            serial: SerialNumber(bytes: [0x40, serial]),
            cause: Cause(
                Reason(.expiring, "8 days left"), PolicyReference(name: "p", file: "policies/p.yaml", line: 3)),
            profile: "client", authority: "ca-1", keySource: keySource)
    }
}

extension RekeyOrder {
    static func fake(_ device: PlanningDevice, refused: String? = nil) -> RekeyOrder {
        RekeyOrder(
            deviceRow: device.row, device: device.id, oldCertificate: device.active[0].row,
            cause: Cause(
                Reason(.expired, "since yesterday"), PolicyReference(name: "p", file: "policies/p.yaml", line: 3)),
            keys: ["ecdsa-p256", "rsa-2048+"], subject: "CN=\(device.id)", refused: refused,
            expires: Workspace.now + .days(30))
    }
}

extension Reservation {
    /// What signing would make of it.
    ///
    /// - Parameter serial: that of an issuer with numbers of its own.
    func signed(key: String, serial: [UInt8]? = nil, choice: IssuedOrder.SerialChoice = .reserved) throws -> IssuedOrder
    {
        let certificate = FakeCertificate(
            name: "new-\(order.device)", notBefore: Workspace.now.seconds, notAfter: 99_000_000, key: key,
            serial: serial ?? order.serial.bytes)
        return IssuedOrder(
            reservation: self, columns: try certificate.columns,
            manifest: ManifestDraft(expires: Workspace.now + .days(30)), serialChoice: choice)
    }
}

extension Workspace {
    /// Takes a CSR of the device and sets a serial number aside for it.
    func reserveOne(_ device: PlanningDevice, key: String, serial: UInt8, run: RunID) throws -> Reservation {
        try inventory.take([.fake(device, key: key)], refused: [], run: run, at: Workspace.now)
        let result = try inventory.reserve([.fake(device, serial: serial)], batch: "b", run: run, at: Workspace.now)
        return try #require(result.reserved.first, "\(result.skipped)")
    }

    /// The whole way of one device: taken, reserved, recorded; not published.
    func issueOne(_ device: PlanningDevice, key: String, serial: UInt8, run: RunID) throws -> ManifestRecord {
        let reservation = try reserveOne(device, key: key, serial: serial, run: run)
        return try #require(try inventory.record([reservation.signed(key: key)], run: run, at: Workspace.now).first)
    }
}

extension FleetStore {
    /// Takes CSRs, and refuses files, as ``take(_:run:at:)`` does.
    @discardableResult
    func take(
        _ taken: [TakenRequest], refused: [RefusedFile], run: RunID, at: Timestamp
    ) throws(RotationError) -> [RequestConflict] {
        var intake = RequestIntake()
        (intake.taken, intake.refused) = (taken, refused)
        return try take(intake, run: run, at: at)
    }
}

extension RunID: ExpressibleByStringLiteral {
    package init(stringLiteral: String) { self.init(stringLiteral) }
}
