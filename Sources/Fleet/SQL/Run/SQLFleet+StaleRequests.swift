import RotationModel

extension SQLFleet {
    package func requests(receivedBefore: Timestamp) throws(RotationError) -> [StaleRequest] {
        try read { database in
            try Query(
                database,
                """
                SELECT d.id, d.name, q.key_identity, q.proof FROM requests q JOIN devices d ON d.id = q.device
                WHERE q.received_at < ? ORDER BY d.name
                """
            ).all([.time(receivedBefore)]) {
                StaleRequest(
                    deviceRow: $0.integer(0), device: DeviceID(checked: $0.text(1)),
                    keyIdentity: try $0.keyIdentity(2), proof: try $0.value(3))
            }
        }
    }

    package func forgetConflicts(olderThan time: Timestamp) throws(RotationError) {
        try write { database in
            _ = try Query(
                database,
                """
                DELETE FROM conflicting_requests WHERE device IN
                  (SELECT device FROM conflicting_requests GROUP BY device HAVING max(received_at) < ?)
                """
            ).run([.time(time)])
        }
    }
}
