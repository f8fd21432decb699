import RotationModel

/// Finds out whose key a key is.
struct KeyHolders {
    private let certificates: Query
    private let requests: Query
    private let either: Query

    init(_ database: any Database) throws {
        certificates = try Query(
            database,
            """
            SELECT d.name FROM certificates c JOIN devices d ON d.id = c.device
            WHERE c.key_identity = ? AND c.device <> ? LIMIT 1
            """)
        requests = try Query(
            database,
            """
            SELECT d.name, d.id, q.proof FROM requests q JOIN devices d ON d.id = q.device
            WHERE q.key_identity = ? AND q.device <> ? ORDER BY d.id
            """)
        either = try Query(
            database,
            """
            SELECT name FROM devices WHERE id = coalesce(
              (SELECT device FROM certificates WHERE key_identity = ?1 AND device <> ?2 LIMIT 1),
              (SELECT min(device) FROM requests WHERE key_identity = ?1 AND device <> ?2))
            """)
    }

    /// Another device with this key, in a certificate of any status or in a CSR that waits.
    func holder(of key: KeyIdentity, otherThan device: Int64) throws -> DeviceID? {
        try either.first([.digest(key.digest), .integer(device)]) { DeviceID(checked: $0.text(0)) }
    }

    /// Another device with this key in a certificate of any status.
    func certificateHolder(of key: KeyIdentity, otherThan device: Int64) throws -> DeviceID? {
        try certificates.first([.digest(key.digest), .integer(device)]) { DeviceID(checked: $0.text(0)) }
    }

    func requests(withKey key: KeyIdentity, otherThan device: Int64) throws -> [HeldRequest] {
        try requests.all([.digest(key.digest), .integer(device)]) {
            HeldRequest(deviceRow: $0.integer(1), device: DeviceID(checked: $0.text(0)), proof: try $0.value(2))
        }
    }
}
