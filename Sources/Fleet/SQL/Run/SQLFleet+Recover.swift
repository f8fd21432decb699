import Basics
import RotationModel

extension SQLFleet {
    @discardableResult
    package func abandonReservations(run: RunID, at: Timestamp) throws(RotationError) -> Int {
        try write { database in
            let left = try Query(
                database,
                """
                SELECT v.id, v.serial, v.run, v.rotation, d.name FROM reservations v
                JOIN rotations r ON r.id = v.rotation JOIN devices d ON d.id = r.device
                WHERE v.state = 'reserved' AND v.run <> ? ORDER BY v.id
                """
            ).all([.run(run)]) { row in
                (
                    row: row.integer(0), serial: row.bytes(1), run: row.text(2), rotation: row.integer(3),
                    device: DeviceID(checked: row.text(4))
                )
            }
            guard !left.isEmpty else { return 0 }
            let abandon = try Query(database, "UPDATE reservations SET state = 'abandoned' WHERE id = ?")
            try audited(database, by: .run(run)) { log in
                for reservation in left {
                    try abandon.run([.integer(reservation.row)])
                    try log.append(.reservationAbandoned, device: reservation.device, at: at) { json in
                        json.member("serial", Hex.encode(reservation.serial))
                        json.member("rotation", Int(reservation.rotation))
                        json.member("leftBy", reservation.run)
                    }
                }
            }
            return left.count
        }
    }

    @discardableResult
    package func retire(_ orders: [RetireOrder], run: RunID, at: Timestamp) throws(RotationError) -> Int {
        guard !orders.isEmpty else { return 0 }
        return try write { database in
            let retire = try Query(
                database,
                """
                UPDATE certificates SET status = 'INACTIVE', status_at = ?1 WHERE id = ?2 AND fingerprint = ?3
                  AND status = 'ACTIVE' AND NOT EXISTS (
                    SELECT 1 FROM certificates other WHERE other.fingerprint = ?3 AND other.id <> ?2)
                """)
            var retired = 0
            try audited(database, by: .run(run)) { log in
                for order in orders {
                    let changed = try retire.changes([
                        .time(at), .integer(order.certificateRow), .digest(order.fingerprint.digest),
                    ])
                    guard changed == 1 else { continue }
                    retired += 1
                    try log.append(.retired, device: order.device, at: at) { json in
                        json.member("fingerprint", order.fingerprint.hex)
                        json.cause(order.cause)
                    }
                }
            }
            return retired
        }
    }
}
