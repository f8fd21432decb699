import Lifecycle
import RotationModel
import Testing

@testable import Fleet

extension ConfirmationOrder {
    /// The proof that a device would hand in for what it was offered.
    init(_ context: ConfirmationContext, file: String = "ack") throws {
        let rotation = try #require(context.rotation)
        self.init(
            deviceRow: context.deviceRow, device: context.device, rotation: rotation.row,
            certificateRow: rotation.replacement.row, fingerprint: rotation.replacement.fingerprint,
            sequence: rotation.sequences.upperBound, time: Workspace.now, digest: fakeSHA256(Array(file.utf8)))
    }
}

extension CompletionOrder {
    static func fake(_ device: PlanningDevice, _ certificate: PlanningCertificate) -> CompletionOrder {
        CompletionOrder(
            rotation: device.rotation?.row, deviceRow: device.row, device: device.id, certificateRow: certificate.row,
            fingerprint: certificate.fingerprint,
            cause: Cause(
                Reason(.confirmed, "the overlap is over"), PolicyReference(name: "p", file: "policies/p.yaml", line: 3)),
            manifestExpires: Workspace.now + .days(30))
    }
}

extension RevokeOrder {
    static func fake(
        _ certificate: RevocableCertificate, order: Int64, reason: RevocationReason = .keyCompromise
    ) -> RevokeOrder {
        RevokeOrder(
            certificateRow: certificate.row, fingerprint: certificate.fingerprint, device: certificate.device,
            order: order, reach: .matched, reason: reason, cause: Cause(Reason(.revoked, "the lot was stolen"), nil),
            manifestExpires: Workspace.now + .days(30))
    }
}

extension Workspace {
    func confirmationContext(_ device: String) throws -> ConfirmationContext {
        try #require(try inventory.planningSnapshot { try $0.confirmationContext(DeviceID(checked: device)) })
    }

    func confirmableRotation(_ device: String) throws -> ConfirmableRotation {
        try #require(try confirmationContext(device).rotation)
    }

    /// Brings devices to where their replacements lie for them to pick up.
    func deliver(_ devices: String..., run: RunID, at: Timestamp = now, firstSerial: UInt8 = 1) throws {
        for (index, device) in devices.enumerated() {
            let manifest = try issueOne(
                planningDevice(device), key: "new-\(device)", serial: firstSerial + UInt8(index), run: run)
            try inventory.markPublished([manifest], run: run, at: at)
        }
    }

    func confirm(_ devices: String..., run: RunID, at: Timestamp = now) throws {
        let orders = try devices.map { try ConfirmationOrder(confirmationContext($0)) }
        let passedOver = try inventory.confirm(orders, refused: [], run: run, at: at)
        #expect(passedOver == [])
    }

    /// Of a device, the oldest first.
    func certificates(_ device: String) throws -> [RevocableCertificate] {
        try inventory.planningSnapshot { snapshot in
            var found: [RevocableCertificate] = []
            try snapshot.forEachCertificate { if $0.device.text == device { found.append($0) } }
            return found
        }
    }

    func statuses(_ device: String) throws -> [CertificateStatus] { try certificates(device).map(\.status) }
    func rotationStates(_ device: String) throws -> [RotationState] { try show(device).rotations.map(\.state) }

    @discardableResult
    func order(
        _ name: String, reason: RevocationReason = .keyCompromise, seeds: [Int64] = [], keys: [KeyReference] = []
    ) throws -> Int64 {
        try inventory.recordRevocationOrder(
            RevocationOrderDraft(
                name: name, kind: .manual, reason: reason, mode: .revokeNow, note: "stolen",
                seeds: seeds, refusedKeys: keys), by: .person("alice"), at: Workspace.now)
    }

    /// The details of a device's audit entries of one kind.
    func audited(_ action: AuditAction, device: String? = nil) throws -> [String] {
        var details: [String] = []
        try inventory.audit(device: device.map(DeviceID.init(checked:))) {
            if $0.action == action.rawValue { details.append($0.detail) }
        }
        return details
    }
}
