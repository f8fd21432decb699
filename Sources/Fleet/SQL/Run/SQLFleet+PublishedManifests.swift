import RotationModel

extension SQLFleet {
    package func manifestExtent() throws(RotationError) -> ManifestExtent {
        try read { database in
            let numbers = try Query(
                database,
                """
                SELECT (SELECT max(id) FROM devices), (SELECT count(*) FROM rotations WHERE open = 1),
                  (SELECT count(*) FROM runs)
                """
            ).first { ($0.optionalInteger(0) ?? 0, $0.integer(1), Int($0.integer(2))) }
            let (greatest, underWay, runs) = numbers ?? (0, 0, 0)
            return ManifestExtent(greatestDevice: greatest, underWay: underWay, runs: runs)
        }
    }

    package func publishedManifests(
        after: Int64, through: Int64, underWay: Bool, limit: Int
    ) throws(RotationError) -> [DeviceWithManifest] {
        try read { database in
            let source =
                underWay
                ? "rotations r JOIN manifests m ON m.device = r.device AND m.action <> 'none' WHERE r.open = 1 AND r.device"
                : "manifests m WHERE m.device"
            return try Query(
                database,
                """
                SELECT p.device, d.name FROM (
                  SELECT m.device FROM \(source) > ? AND m.device <= ? AND m.published = 1 ORDER BY 1 LIMIT ?) p
                JOIN devices d ON d.id = p.device ORDER BY p.device
                """
            ).all([.integer(after), .integer(through), .count(limit)]) { row in
                DeviceWithManifest(row: row.integer(0), device: DeviceID(checked: row.text(1)))
            }
        }
    }

    package func manifests(ofDevices rows: [Int64]) throws(RotationError) -> [ManifestRecord] {
        try read { database in
            let find = try Query(database, "\(ManifestReader.select) WHERE m.device = ?")
            return try rows.compactMap { try find.first([.integer($0)], ManifestReader.read) }
        }
    }
}
