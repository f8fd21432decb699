import Basics
import RotationModel

extension SQLFleet {
    @discardableResult
    package func refuseKeys(
        _ keys: [KeyReference], order: Int64, run: RunID, at: Timestamp
    ) throws(RotationError) -> Int {
        guard !keys.isEmpty else { return 0 }
        return try write { database in
            let refusal = try KeyRefusal(database, at: at)
            return try audited(database, by: .run(run)) { log in
                try keys.count { try refusal.refuse($0, order: order, &log) }
            }
        }
    }
}

/// Refuses keys, within one transaction.
struct KeyRefusal {
    /// As the refusal of a CSR with such a key reads: its code, and what the device's developer is to do.
    static let text = "revoked-key: this key was revoked as compromised and is never taken again; make a new key"

    private let at: Timestamp
    private let add: Query
    private let orderName: Query
    private let waiting: Query
    private let forget: Query
    private let tell: Query

    init(_ database: any Database, at: Timestamp) throws {
        self.at = at
        add = try Query(
            database,
            """
            INSERT INTO refused_keys (key_fingerprint, key_identity, revocation_order, refused_at)
            SELECT ?1, ?2, ?3, ?4
            WHERE NOT EXISTS (SELECT 1 FROM refused_keys WHERE key_identity = ?2 AND revocation_order = ?3)
            ON CONFLICT DO NOTHING
            """)
        orderName = try Query(database, "SELECT name FROM revocation_orders WHERE id = ?")
        waiting = try Query(
            database,
            "SELECT d.id, d.name FROM requests q JOIN devices d ON d.id = q.device WHERE q.key_identity = ?")
        forget = try Query(database, "DELETE FROM requests WHERE device = ?")
        tell = try Query(database, "UPDATE devices SET refused = ? WHERE id = ?")
    }

    /// - Returns: Whether the order did not refuse it before.
    func refuse(_ key: KeyReference, order: Int64, _ log: inout AuditLog) throws -> Bool {
        try forgetRequests(for: key.identity, &log)
        guard
            try add.changes([
                .digest(key.fingerprint.digest), .digest(key.identity.digest), .integer(order), .time(at),
            ]) == 1
        else { return false }
        let name = try orderName.first([.integer(order)]) { $0.text(0) }
        try log.append(.keyRefused, device: nil, at: at) { json in
            json.member("key", key.fingerprint.hex)
            if let name { json.member("order", name) }
        }
        return true
    }

    /// Forgets the CSRs that wait with a key.
    func forgetRequests(for key: KeyIdentity, _ log: inout AuditLog) throws {
        let found = try waiting.all([.digest(key.digest)]) { ($0.integer(0), DeviceID(checked: $0.text(1))) }
        for (row, device) in found {
            try forget.run([.integer(row)])
            try tell.run([.text(KeyRefusal.text), .integer(row)])
            try log.append(.csrRefused, device: device, at: at) { json in json.member("reason", KeyRefusal.text) }
        }
    }
}
