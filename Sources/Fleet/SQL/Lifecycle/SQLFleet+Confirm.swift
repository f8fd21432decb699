import Basics
import Lifecycle
import RotationModel

extension SQLFleet {
    @discardableResult
    package func confirm(
        _ orders: [ConfirmationOrder], refused: [RefusedFile], run: RunID, at: Timestamp
    ) throws(RotationError) -> [Int] {
        guard !orders.isEmpty || !refused.isEmpty else { return [] }
        return try write { database in
            let confirmation = try DeviceConfirmation(database, run: run, at: at)
            var passedOver: [Int] = []
            try audited(database, by: .run(run)) { log in
                for (index, order) in orders.enumerated() where try !confirmation.confirm(order, &log) {
                    passedOver.append(index)
                }
                for file in refused { try confirmation.refuse(file, &log) }
            }
            return passedOver
        }
    }
}

/// Takes one confirmation at a time, within one transaction.
private struct DeviceConfirmation {
    private let run: RunID
    private let at: Timestamp
    private let effects: RotationEffects
    private let find: Query
    private let move: Query
    private let tell: Query
    private let submissions: TakenSubmissions

    init(_ database: any Database, run: RunID, at: Timestamp) throws {
        (self.run, self.at) = (run, at)
        effects = try RotationEffects(database, run: run, at: at)
        submissions = try TakenSubmissions(database, run: run, at: at)
        find = try Query(
            database,
            """
            SELECT r.state, r.old_certificate, r.new_certificate, n.status, o.fingerprint FROM rotations r
            JOIN certificates n ON n.id = r.new_certificate JOIN certificates o ON o.id = r.old_certificate
            WHERE r.id = ? AND r.device = ? AND n.fingerprint = ?
            """)
        move = try Query(
            database,
            """
            UPDATE rotations SET state = ?5, changed_at = ?1, confirmed_at = ?1, confirmed_run = ?2,
              confirmation = ?3 WHERE id = ?4
            """)
        tell = try Query(
            database,
            """
            UPDATE manifests SET refused = ?2, expires = 0 WHERE device = ?1 AND refused IS DISTINCT FROM ?2 AND action = 'install'
              AND EXISTS (SELECT 1 FROM rotations r WHERE r.id = manifests.rotation AND r.state IN ('issued', 'delivered'))
            """)
    }

    /// - Returns: Whether the rotation stood where it could be confirmed.
    func confirm(_ order: ConfirmationOrder, _ log: inout AuditLog) throws -> Bool {
        let found = try find.first([
            .integer(order.rotation), .integer(order.deviceRow), .digest(order.fingerprint.digest),
        ]) { row in
            (
                rotation: try row.rotation(state: 0, original: 1, replacement: 2),
                status: try row.value(3, of: CertificateStatus.self), old: try row.fingerprint(4)
            )
        }
        guard let found, found.status == .pendingActivation || found.status == .active,
            let (moved, steps) = try? found.rotation.apply(.confirmed(RowID(order.certificateRow)))
        else { return false }
        try move.run([
            .time(at), .run(run), order.digest.map { .digest($0) } ?? .null, .integer(order.rotation),
            .state(of: moved),
        ])
        if let submission = order.submission { try submissions.add(submission) }
        _ = try effects.carryOut(
            steps, moved,
            of: RotationEffects.Subject(
                rotation: RowID(order.rotation), deviceRow: order.deviceRow, device: order.device), &log)
        try log.append(.confirmed, device: order.device, at: at) { json in
            json.member("rotation", Int(order.rotation))
            json.member("fingerprint", order.fingerprint.hex)
            json.member("replaces", found.old.hex)
            json.member("sequence", order.sequence)
            json.member("time", order.time.rfc3339)
            if let digest = order.digest {
                json.member("acknowledgement", digest.hex)
            } else {
                json.member("proof", "request")
            }
            if let submission = order.submission { json.member("submission", submission) }
        }
        return true
    }

    func refuse(_ confirmation: RefusedFile, _ log: inout AuditLog) throws {
        guard try submissions.addRefused(confirmation.mark) else { return }
        if let row = confirmation.deviceRow { try tell.run([.integer(row), .text(confirmation.reason)]) }
        try log.append(.confirmationRefused, device: confirmation.device, at: at) { json in
            json.member("file", confirmation.file)
            json.member("reason", confirmation.reason)
        }
    }
}
