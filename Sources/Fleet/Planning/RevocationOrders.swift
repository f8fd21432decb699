import GRDB
import RotationModel

extension PlanningSnapshot {
    /// The revocation orders that are in force, in the order in which they were recorded.
    public func revocationOrders() throws(RotationError) -> [RevocationOrder] {
        try guarded { try RevocationOrderReader(database).all("WHERE withdrawn_at IS NULL ORDER BY id") }
    }

    /// The revocation order of a name, in force or withdrawn.
    public func revocationOrder(named name: String) throws(RotationError) -> RevocationOrder? {
        try guarded { try RevocationOrderReader(database).all("WHERE name = ?", [.text(name)]).first }
    }

    /// The keys that are refused because of an order, in the order of their bytes.
    public func refusedKeys(of order: Int64) throws(RotationError) -> [KeyFingerprint] {
        try guarded {
            try Query(
                database, "SELECT key_fingerprint FROM refused_keys WHERE revocation_order = ? ORDER BY key_fingerprint"
            ).all([.integer(order)]) { try $0.keyFingerprint(0) }
        }
    }

    /// Whether a key is certified for nobody any more: it is that of a certificate that was revoked for keyCompromise, or an
    /// order named it.
    public func isRefused(_ key: KeyFingerprint) throws(RotationError) -> Bool {
        try guarded {
            try Query(database, "SELECT 1 FROM refused_keys WHERE key_fingerprint = ?").exists([.digest(key.digest)])
        }
    }
}

/// Reads revocation orders with the certificates that they name.
struct RevocationOrderReader {
    private let database: Database

    init(_ database: Database) { self.database = database }

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
                recordedAt: row.time(6), actor: row.text(7), note: row.optionalText(8), run: row.optionalText(9),
                withdrawnAt: row.optionalTime(10), withdrawnBy: row.optionalText(11),
                seeds: try seeds.all([.integer(row.integer(0))]) { $0.integer(0) })
        }
    }
}
