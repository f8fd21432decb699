import Basics
import Lifecycle
import RotationModel

extension SQLFleet {
    package func complete(
        _ orders: [CompletionOrder], run: RunID, at: Timestamp
    ) throws(RotationError) -> [ManifestRecord] {
        guard !orders.isEmpty else { return [] }
        return try write { database in
            let completion = try RotationCompletion(database, run: run, at: at)
            return try audited(database, by: .run(run)) { log in
                try orders.compactMap { try completion.complete($0, &log) }
            }
        }
    }

    package func settledRotations(limit: Int) throws(RotationError) -> [SettledRotation] {
        try read { database in
            try Query(
                database,
                """
                SELECT r.id, r.device, d.name, o.id, o.fingerprint, o.status, n.status, r.reason_code, r.reason_text,
                  r.policy_name, r.policy_file, r.policy_line
                FROM rotations r JOIN devices d ON d.id = r.device JOIN certificates o ON o.id = r.old_certificate
                JOIN certificates n ON n.id = r.new_certificate
                WHERE r.open = 1 AND r.state = 'confirmed' AND (o.status <> 'ACTIVE' OR n.status <> 'ACTIVE')
                ORDER BY r.device LIMIT ?
                """
            ).all([.count(limit)]) { row in
                SettledRotation(
                    rotation: row.integer(0), deviceRow: row.integer(1), device: DeviceID(checked: row.text(2)),
                    certificateRow: row.integer(3), fingerprint: try row.fingerprint(4), status: try row.value(5),
                    replacementStatus: try row.value(6), cause: try row.cause(from: 7))
            }
        }
    }
}

/// Completes one rotation at a time, within one transaction.
private struct RotationCompletion {
    private let at: Timestamp
    private let effects: RotationEffects
    private let retirement: CertificateRetirement
    private let find: Query
    private let findStatus: Query

    init(_ database: any Database, run: RunID, at: Timestamp) throws {
        self.at = at
        effects = try RotationEffects(database, run: run, at: at)
        retirement = try CertificateRetirement(database, at: at)
        find = try Query(
            database,
            """
            SELECT r.state, r.old_certificate, r.new_certificate, n.status FROM rotations r
            JOIN certificates n ON n.id = r.new_certificate WHERE r.id = ? AND r.device = ? AND r.old_certificate = ?
            """)
        findStatus = try Query(database, "SELECT status FROM certificates WHERE id = ?")
    }

    func complete(_ order: CompletionOrder, _ log: inout AuditLog) throws -> ManifestRecord? {
        guard let row = order.rotation else {
            if try retirement.retire(order.fingerprint, of: order.deviceRow, order.device, &log) {
                try append(.retired, order, status: nil, &log)
            }
            return nil
        }
        let found = try find.first([.integer(row), .integer(order.deviceRow), .integer(order.certificateRow)]) {
            (
                rotation: try $0.rotation(state: 0, original: 1, replacement: 2),
                status: try $0.value(3, of: CertificateStatus.self)
            )
        }
        // One that moved on meanwhile is no longer for this order to end.
        guard let found,
            let (moved, steps) = try? found.rotation.apply(.overlapEnded(replacement: found.status))
        else { return nil }
        let manifest = try effects.carryOut(
            steps, moved,
            of: RotationEffects.Subject(rotation: RowID(row), deviceRow: order.deviceRow, device: order.device),
            notice: RotationEffects.Notice(reason: order.cause.reason, expires: order.manifestExpires), &log)
        if moved.state == .completed {
            let status: CertificateStatus? = try findStatus.first([.integer(order.certificateRow)]) { try $0.value(0) }
            try append(.completed, order, status: status, &log)
        }
        return manifest
    }

    /// - Parameter status: What the old certificate is now; nil where the action says it.
    private func append(
        _ action: AuditAction, _ order: CompletionOrder, status: CertificateStatus?, _ log: inout AuditLog
    ) throws {
        try log.append(action, device: order.device, at: at) { json in
            if let rotation = order.rotation { json.member("rotation", Int(rotation)) }
            json.member("fingerprint", order.fingerprint.hex)
            if let status { json.member("status", status.rawValue) }
            if status == .active {
                json.member("why", "it stays ACTIVE: another device presents it and has no confirmed one of its own")
            }
            json.cause(order.cause)
        }
    }
}
