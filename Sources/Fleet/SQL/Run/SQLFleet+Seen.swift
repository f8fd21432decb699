import RotationModel

extension SQLFleet {
    package func recordSeen(_ devices: [SeenDevice]) throws(RotationError) {
        guard !devices.isEmpty else { return }
        try write { database in
            let update = try Query(
                database, "UPDATE devices SET seen_at = ?2 WHERE id = ?1 AND (seen_at IS NULL OR seen_at < ?2)")
            for device in devices { try update.run([.integer(device.deviceRow), .time(device.at)]) }
        }
    }

    package func devicesNotSeen(since time: Timestamp) throws(RotationError) -> Int? {
        try read { database in
            guard try Query(database, SQLView.anySeen).exists([]) else { return nil }
            return try Query(
                database,
                """
                SELECT count(*) FROM devices d WHERE (d.seen_at IS NULL OR d.seen_at < ?)
                  AND EXISTS (SELECT 1 FROM certificates c WHERE c.device = d.id AND c.status = 'ACTIVE')
                """
            ).first([.time(time)]) { Int($0.integer(0)) }
        }
    }
}

extension SQLView {
    static let anySeen = "SELECT 1 FROM devices WHERE seen_at IS NOT NULL LIMIT 1"

    package func isAnyDeviceSeen() throws(RotationError) -> Bool {
        try guarded { try Query(database, SQLView.anySeen).exists([]) }
    }
}
