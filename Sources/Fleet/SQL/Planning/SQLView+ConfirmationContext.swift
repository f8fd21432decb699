import Lifecycle
import RotationModel

extension SQLView {
    package func confirmationContext(_ id: DeviceID) throws(RotationError) -> ConfirmationContext? {
        try guarded {
            let device = try Query(database, "SELECT id FROM devices WHERE name = ?")
                .first([.text(id.text)]) { $0.integer(0) }
            guard let device else { return nil }
            let rotation = try Query(
                database,
                """
                SELECT r.id, r.state, n.id, n.fingerprint, n.status, n.not_after, nb.der, ob.der,
                  r.first_sequence, CASE WHEN m.rotation = r.id AND m.action = 'install' THEN m.sequence ELSE m.sequence - 1 END,
                  r.delivered_at, r.confirmed_at, r.confirmation, r.confirmed_run, u.outcome, r.issued_at
                FROM rotations r
                JOIN certificates n ON n.id = r.new_certificate
                JOIN certificate_bodies nb ON nb.certificate = n.id
                JOIN certificate_bodies ob ON ob.certificate = r.old_certificate
                LEFT JOIN manifests m ON m.device = r.device
                LEFT JOIN runs u ON u.id = r.confirmed_run
                WHERE r.device = ? AND r.state IN ('issued', 'delivered', 'confirmed', 'completed')
                ORDER BY r.open DESC, r.id DESC LIMIT 1
                """
            ).first([.integer(device)], ConfirmableRotation.init)
            return ConfirmationContext(deviceRow: device, device: id, rotation: rotation)
        }
    }
}

extension ConfirmableRotation {
    fileprivate init(_ result: ResultRow) throws {
        row = result.integer(0)
        state = try result.value(1)
        replacement = Replacement(
            row: result.integer(2), fingerprint: try result.fingerprint(3), status: try result.value(4),
            notAfter: result.time(5), der: result.bytes(6))
        replacedDER = result.bytes(7)
        let last = Int(result.integer(9))
        let first = result.optionalInteger(8).map(Int.init) ?? last
        sequences = min(first, last)...max(first, last)
        deliveredAt = result.optionalTime(10)
        confirmedAt = result.optionalTime(11)
        confirmation = result.isNull(12) ? nil : try result.digest(12)
        confirmedRun = result.optionalText(13)
        isConfirmingRunInterrupted = [RunRecord.interrupted, RunRecord.failed].contains(result.optionalText(14))
        issuedAt = result.optionalTime(15)
    }
}
