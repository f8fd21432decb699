import RotationModel

extension SQLFleet {
    package func fleetKeyCount() throws(RotationError) -> Int {
        try read { database in
            try Query(database, "SELECT (SELECT count(*) FROM certificates) + (SELECT count(*) FROM requests)")
                .first { Int($0.integer(0)) } ?? 0
        }
    }

    package func forEachFleetKey(_ body: (FleetKey) throws -> Void) throws {
        try snapshot { database in
            try Query(
                database,
                """
                SELECT d.name, c.fingerprint, c.status, c.key_fingerprint, b.der FROM certificates c
                JOIN devices d ON d.id = c.device JOIN certificate_bodies b ON b.certificate = c.id ORDER BY c.id
                """
            ).forEach { row in
                try body(
                    FleetKey(
                        device: DeviceID(checked: row.text(0)), certificate: try row.fingerprint(1),
                        status: try row.value(2), key: try row.keyFingerprint(3), body: .certificate(row.bytes(4))))
            }
            try Query(
                database,
                "SELECT d.name, q.key_fingerprint, q.spki FROM requests q JOIN devices d ON d.id = q.device ORDER BY d.id"
            ).forEach { row in
                try body(
                    FleetKey(
                        device: DeviceID(checked: row.text(0)), certificate: nil, status: nil,
                        key: try row.keyFingerprint(1), body: .request(row.bytes(2))))
            }
        }
    }
}
