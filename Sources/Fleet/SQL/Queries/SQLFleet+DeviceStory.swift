import Lifecycle
import RotationModel

extension SQLFleet {
    package func show(_ id: DeviceID, auditLimit: Int = 100) throws(RotationError) -> DeviceStory? {
        try read { database in
            let device = try Query(
                database,
                """
                SELECT d.id, a.name, l.labels, coalesce((SELECT sequence FROM manifests WHERE device = d.id), 0), d.added_at, d.refused,
                  d.seen_at FROM devices d
                JOIN accounts a ON a.id = d.account JOIN label_sets l ON l.id = d.label_set WHERE d.name = ?
                """
            ).first([.text(id.text)]) { row in
                (
                    row: row.integer(0), account: AccountID(checked: row.text(1)),
                    labels: try Labels(canonicalJSON: row.text(2)), sequence: Int(row.integer(3)), addedAt: row.time(4),
                    refused: row.optionalText(5), lastSeen: row.optionalTime(6)
                )
            }
            guard let device else { return nil }
            let of: [SQLValue] = [.integer(device.row)]
            let scan = DeviceScan(database)
            let certificates = try Query(
                database,
                """
                SELECT \(DeviceScan.certificateColumns) FROM certificates c WHERE c.device = ?
                ORDER BY c.not_before, c.fingerprint
                """
            ).all(of) { try scan.certificate($0) }
            let histories = try CertificateHistory.all(database, ofDevice: device.row)
            let request = try Query(
                database, "SELECT \(WaitingRequest.columns) FROM requests q WHERE q.device = ?"
            )
            .first(of) {
                (try WaitingRequest($0, from: 0), $0.time(3))
            }
            let audit = try Query(
                database, "SELECT \(AuditEntry.columns) FROM audit WHERE device = ? ORDER BY id DESC LIMIT ?"
            ).all([.text(id.text), .count(auditLimit)]) { AuditEntry($0) }
            return DeviceStory(
                listing: DeviceListing(
                    device: id, account: device.account, labels: device.labels,
                    certificates: certificates.map { certificate in
                        var certificate = certificate
                        certificate.history = histories[certificate.fingerprint]
                        return certificate
                    }),
                sequence: device.sequence, addedAt: device.addedAt, rotations: try rotations(database, of: of),
                manifest: try Query(database, "\(ManifestReader.select) WHERE m.device = ?").first(
                    of, ManifestReader.read),
                isManifestPublished: try Query(database, "SELECT 1 FROM manifests WHERE device = ? AND published = 1")
                    .exists(of),
                request: request?.0, requestReceivedAt: request?.1, refused: device.refused, audit: audit.reversed(),
                lastSeen: device.lastSeen)
        }
    }

    private func rotations(_ database: any Database, of device: [SQLValue]) throws -> [RotationStory] {
        try Query(
            database,
            """
            SELECT r.id, r.state, o.fingerprint, n.fingerprint, r.reason_code, r.reason_text, r.policy_name, r.policy_file,
              r.policy_line, r.run, r.opened_at, r.changed_at, r.asked_at, r.asked_run, r.issued_at, r.issued_run,
              r.delivered_at, r.delivered_run, r.confirmed_at, r.confirmed_run, r.ended_at, r.ended_run, v.name
            FROM rotations r JOIN certificates o ON o.id = r.old_certificate
            LEFT JOIN certificates n ON n.id = r.new_certificate
            LEFT JOIN revocation_orders v ON v.id = r.revocation WHERE r.device = ? ORDER BY r.id
            """
        ).all(device) { row in
            RotationStory(
                row: row.integer(0), state: try row.value(1), oldCertificate: try row.fingerprint(2),
                newCertificate: row.isNull(3) ? nil : try row.fingerprint(3),
                cause: try row.cause(from: 4), run: row.run(9),
                openedAt: row.time(10), changedAt: row.time(11), asked: step(row, 12), issued: step(row, 14),
                delivered: step(row, 16), confirmed: step(row, 18), ended: step(row, 20),
                revocation: row.optionalText(22))
        }
    }

    private func step(_ row: ResultRow, _ column: CInt) -> RotationStep? {
        row.optionalTime(column).map { RotationStep(at: $0, run: row.optionalRun(column + 1)) }
    }
}
