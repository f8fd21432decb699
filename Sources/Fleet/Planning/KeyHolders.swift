import GRDB
import RotationModel

/// Finds out whose key a key is.
struct KeyHolders {
    private let certificates: Query
    private let requests: Query

    init(_ database: Database) throws {
        certificates = try Query(
            database,
            """
            SELECT d.name FROM certificates c JOIN devices d ON d.id = c.device
            WHERE c.key_identity = ? AND c.device <> ? LIMIT 1
            """)
        requests = try Query(
            database,
            """
            SELECT d.name FROM requests q JOIN devices d ON d.id = q.device
            WHERE q.key_identity = ? AND q.device <> ? LIMIT 1
            """)
    }

    /// Another device with this key, in a certificate of any status or in a CSR that waits.
    func holder(of key: KeyIdentity, otherThan device: Int64) throws -> DeviceID? {
        let values: [SQLValue] = [.digest(key.digest), .integer(device)]
        return try certificates.first(values) { DeviceID(checked: $0.text(0)) }
            ?? requests.first(values) { DeviceID(checked: $0.text(0)) }
    }
}
