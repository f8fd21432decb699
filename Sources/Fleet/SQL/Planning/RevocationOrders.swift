import RotationModel

extension SQLView {
    package func revocationOrders() throws(RotationError) -> [RevocationOrder] {
        try guarded { try RevocationOrderReader(database).all("WHERE withdrawn_at IS NULL ORDER BY id") }
    }

    package func revocationOrder(named name: String) throws(RotationError) -> RevocationOrder? {
        try guarded { try RevocationOrderReader(database).all("WHERE name = ?", [.text(name)]).first }
    }

    package func refusedKeys(of order: Int64) throws(RotationError) -> [KeyReference] {
        try guarded {
            try Query(
                database,
                """
                SELECT key_fingerprint, key_identity FROM refused_keys WHERE revocation_order = ?
                ORDER BY key_fingerprint
                """
            ).all([.integer(order)]) { try $0.key(0, 1) }
        }
    }

    package func isRefused(
        _ key: KeyIdentity, writtenAs fingerprint: KeyFingerprint? = nil
    ) throws(RotationError) -> Bool {
        try guarded { try closedKeys().isRefused(key, writtenAs: fingerprint) }
    }

    package func keys(writtenAs fingerprints: Set<KeyFingerprint>) throws(RotationError) -> [KeyReference] {
        guard !fingerprints.isEmpty else { return [] }
        return try guarded {
            var found: Set<KeyFingerprint> = []
            var keys: [KeyReference] = []
            try Query(streaming: database, "SELECT key_fingerprint, key_identity FROM certificates").forEach { row in
                let fingerprint = try row.keyFingerprint(0)
                guard fingerprints.contains(fingerprint), found.insert(fingerprint).inserted else { return }
                keys.append(try row.key(0, 1))
            }
            return keys
        }
    }

    package func key(writtenAs fingerprint: KeyFingerprint) throws(RotationError) -> KeyReference {
        try guarded {
            let known = try Query(
                database,
                """
                SELECT key_identity FROM certificates WHERE key_fingerprint = ?1
                UNION ALL SELECT key_identity FROM requests WHERE key_fingerprint = ?1 LIMIT 1
                """
            ).first([.digest(fingerprint.digest)]) { try $0.keyIdentity(0) }
            return KeyReference(
                identity: known ?? KeyIdentity(standingFor: fingerprint), fingerprint: fingerprint)
        }
    }

    package func isExposed(_ key: KeyIdentity, of device: Int64) throws(RotationError) -> Bool {
        try guarded { try closedKeys().isExposed(key, of: device) }
    }
}

/// Reads revocation orders with the certificates that they name.
struct RevocationOrderReader {
    private let database: any Database

    init(_ database: any Database) { self.database = database }

    func all(_ condition: String, _ values: [SQLValue] = []) throws -> [RevocationOrder] {
        let seeds = try Query(
            database, "SELECT certificate FROM revocation_seeds WHERE revocation_order = ? ORDER BY certificate")
        return try Query(
            database,
            """
            SELECT id, name, kind, reason, mode, deadline_seconds, recorded_at, actor, note, run, withdrawn_at, withdrawn_by
            FROM revocation_orders \(condition)
            """
        ).all(values) { row in
            RevocationOrder(
                id: row.integer(0), name: row.text(1), kind: try row.value(2), reason: try row.value(3),
                mode: try row.value(4), deadline: row.optionalInteger(5).map(TimeSpan.init(seconds:)),
                recordedAt: row.time(6), actor: row.text(7), note: row.optionalText(8), run: row.optionalRun(9),
                withdrawnAt: row.optionalTime(10), withdrawnBy: row.optionalText(11),
                seeds: try seeds.all([.integer(row.integer(0))]) { $0.integer(0) })
        }
    }
}
