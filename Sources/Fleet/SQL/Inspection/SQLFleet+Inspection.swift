import RotationModel

extension SQLFleet {
    package func forEachContradiction(_ body: (Contradiction) throws -> Void) throws {
        try snapshot { database in
            for search in ContradictionSearch.all(database.dialect) {
                try Query(uncached: database, search.sql).forEach { row in
                    try body(
                        Contradiction(
                            kind: search.kind, device: row.optionalText(0).map { DeviceID(checked: $0) },
                            sentence: search.sentence(row.text(1))))
                }
            }
        }
    }

    package func storedCertificates(after row: Int64, limit: Int) throws(RotationError) -> [StoredCertificate] {
        try read { database in
            try Query(
                database,
                """
                SELECT c.id, d.name, c.fingerprint, c.serial, i.name, c.subject, c.not_before, c.not_after, k.algorithm,
                  k.weakness, c.key_fingerprint, c.key_identity, s.algorithm, s.is_weak, c.signed_by, c.malformed,
                  c.authority, b.der
                FROM certificates c
                LEFT JOIN devices d ON d.id = c.device LEFT JOIN issuers i ON i.id = c.issuer
                LEFT JOIN key_kinds k ON k.id = c.key_kind LEFT JOIN signature_kinds s ON s.id = c.signature_kind
                LEFT JOIN certificate_bodies b ON b.certificate = c.id
                WHERE c.id > ? ORDER BY c.id LIMIT ?
                """
            ).all([.integer(row), .count(limit)]) { row in
                StoredCertificate(
                    row: row.integer(0), device: DeviceID(checked: row.text(1)), fingerprint: row.bytes(2),
                    serialNumber: row.bytes(3), issuer: row.text(4), subject: row.text(5), notBefore: row.time(6),
                    notAfter: row.time(7), key: row.text(8), keyWeakness: row.text(9), keyFingerprint: row.bytes(10),
                    keyIdentity: row.bytes(11), signature: row.text(12),
                    isSignatureWeak: row.integer(13) == 1, signedBy: row.optionalText(14),
                    malformed: row.optionalText(15), authority: row.optionalText(16),
                    der: row.isNull(17) ? nil : row.bytes(17))
            }
        }
    }

    package func storedRequests(after deviceRow: Int64, limit: Int) throws(RotationError) -> [StoredRequest] {
        try read { database in
            try Query(
                database,
                """
                SELECT q.device, d.name, q.spki, q.key_fingerprint, q.key_identity, q.algorithm FROM requests q
                LEFT JOIN devices d ON d.id = q.device WHERE q.device > ? ORDER BY q.device LIMIT ?
                """
            ).all([.integer(deviceRow), .count(limit)]) { row in
                StoredRequest(
                    deviceRow: row.integer(0), device: DeviceID(checked: row.text(1)), spki: row.bytes(2),
                    keyFingerprint: row.bytes(3), keyIdentity: row.bytes(4), algorithm: row.text(5))
            }
        }
    }

    package func storedManifests(after row: Int64, limit: Int) throws(RotationError) -> [StoredManifest] {
        try read { database in
            try Query(database, "\(ManifestReader.select) WHERE m.id > ? ORDER BY m.id LIMIT ?")
                .all([.integer(row), .count(limit)]) { row in
                    StoredManifest(
                        row: ManifestReader.row(row), record: try ManifestReader.read(row),
                        isPublished: ManifestReader.isPublished(row))
                }
        }
    }

    package func hasManifest(_ devices: [DeviceID]) throws(RotationError) -> [DeviceID: Bool] {
        try read { database in
            let find = try Query(
                database,
                """
                SELECT EXISTS (SELECT 1 FROM manifests WHERE device = d.id)
                  OR EXISTS (SELECT 1 FROM recovered_sequences WHERE device = d.name) FROM devices d WHERE d.name = ?
                """)
            var found: [DeviceID: Bool] = [:]
            for device in devices {
                if let has = try find.first([.text(device.text)], { $0.integer(0) == 1 }) { found[device] = has }
            }
            return found
        }
    }

    package func storedCounts() throws(RotationError) -> (certificates: Int, requests: Int, manifests: Int) {
        try read { database in
            func count(_ table: String) throws -> Int {
                Int(try Query(database, "SELECT count(*) FROM \(table)").first { $0.integer(0) } ?? 0)
            }
            return (try count("certificates"), try count("requests"), try count("manifests"))
        }
    }

    package func crlStates() throws(RotationError) -> [CRLState] {
        try read { try CRLState.all($0, "ORDER BY name", []) }
    }
}
