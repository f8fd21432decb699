import GRDB
import RotationModel

extension Inventory {
    /// Records that devices proved that they hold the keys of their new certificates, which become `ACTIVE`; and that other
    /// confirmations were not taken.
    ///
    /// Why one was refused goes into the device's manifest where a replacement waits for its confirmation: the manifest
    /// counts as expired, so that refreshing writes it anew.
    ///
    /// - Returns: Those orders, by their places, that were not confirmed: their rotation has ended or was confirmed meanwhile,
    ///   or their certificate may no longer be used.
    @discardableResult
    public func confirm(
        _ orders: [ConfirmationOrder], refused: [RefusedFile], run: String, at: Timestamp
    ) throws(RotationError) -> [Int] {
        guard !orders.isEmpty || !refused.isEmpty else { return [] }
        return try write { database in
            let desk = try ConfirmationDesk(database, run: run, at: at)
            var passedOver: [Int] = []
            try audited(database, run: run) { log in
                for (index, order) in orders.enumerated() where try !desk.confirm(order, &log) {
                    passedOver.append(index)
                }
                for confirmation in refused { try desk.refuse(confirmation, &log) }
            }
            return passedOver
        }
    }
}

/// Takes one confirmation at a time, within one transaction.
private struct ConfirmationDesk {
    private let run: String
    private let at: Timestamp
    private let find: Query
    private let move: Query
    private let activate: Query
    private let markConfirmed: Query
    private let markReplaced: Query
    private let forgetRequest: Query
    private let tell: Query

    init(_ database: Database, run: String, at: Timestamp) throws {
        (self.run, self.at) = (run, at)
        find = try Query(
            database,
            """
            SELECT n.status, n.key_identity, o.id, o.fingerprint FROM rotations r
            JOIN certificates n ON n.id = r.new_certificate JOIN certificates o ON o.id = r.old_certificate
            WHERE r.id = ? AND r.device = ? AND r.new_certificate = ? AND n.fingerprint = ?
              AND r.state IN ('issued', 'delivered')
            """)
        move = try Query(
            database,
            """
            UPDATE rotations SET state = 'confirmed', changed_at = ?1, confirmed_at = ?1, confirmed_run = ?2,
              confirmation = ?3 WHERE id = ?4
            """)
        activate = try Query(
            database,
            """
            UPDATE certificates SET status = 'ACTIVE', status_at = ? WHERE fingerprint = ?
              AND status = 'PENDING_ACTIVATION'
            """)
        markConfirmed = try Query(database, "UPDATE certificates SET confirmed_at = ? WHERE id = ?")
        markReplaced = try Query(
            database, "UPDATE certificates SET replaced_at = ? WHERE id = ? AND replaced_at IS NULL")
        forgetRequest = try Query(database, "DELETE FROM requests WHERE device = ? AND key_identity = ?")
        tell = try Query(
            database,
            """
            UPDATE manifests SET refused = ?2, expires = 0 WHERE device = ?1 AND refused IS NOT ?2 AND action = 'install'
              AND EXISTS (SELECT 1 FROM rotations r WHERE r.id = manifests.rotation AND r.state IN ('issued', 'delivered'))
            """)
    }

    /// - Returns: Whether the rotation stood where it could be confirmed.
    func confirm(_ order: ConfirmationOrder, _ log: inout AuditLog) throws -> Bool {
        let found = try find.first([
            .integer(order.rotation), .integer(order.deviceRow), .integer(order.certificateRow),
            .digest(order.fingerprint.digest),
        ]) { row in
            (
                status: try row.value(0, of: CertificateStatus.self), key: try row.keyIdentity(1),
                oldRow: row.integer(2), old: try row.fingerprint(3)
            )
        }
        guard let found, found.status == .pendingActivation || found.status == .active else { return false }
        try move.run([.time(at), .text(run), .digest(order.digest), .integer(order.rotation)])
        try activate.run([.time(at), .digest(order.fingerprint.digest)])
        try markConfirmed.run([.time(at), .integer(order.certificateRow)])
        try markReplaced.run([.time(at), .integer(found.oldRow)])
        try forgetRequest.run([.integer(order.deviceRow), .digest(found.key.digest)])
        try log.append(.confirmed, device: order.device, at: at) { json in
            json.member("rotation", Int(order.rotation))
            json.member("fingerprint", order.fingerprint.hex)
            json.member("replaces", found.old.hex)
            json.member("sequence", order.sequence)
            json.member("time", order.time.rfc3339)
            json.member("acknowledgement", order.digest.hex)
        }
        return true
    }

    func refuse(_ confirmation: RefusedFile, _ log: inout AuditLog) throws {
        if let row = confirmation.deviceRow { try tell.run([.integer(row), .text(confirmation.reason)]) }
        try log.append(.confirmationRefused, device: confirmation.device, at: at) { json in
            json.member("file", confirmation.file)
            json.member("reason", confirmation.reason)
        }
    }
}
