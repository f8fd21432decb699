import RotationModel

/// Finds out whether a key may not be certified any more, because it was revoked or its private half was seen. Valid within one view.
struct ClosedKeys {
    /// Nil where no key is refused: nearly every inventory, which is asked nothing then.
    private let refused: Query?
    /// Nil where none was exposed.
    private let exposed: Query?

    init(_ database: any Database) throws {
        refused =
            try Query(database, "SELECT 1 FROM refused_keys LIMIT 1").exists([])
            ? try Query(database, "SELECT 1 FROM refused_keys WHERE key_identity = ? OR key_fingerprint = ?") : nil
        exposed =
            try Query(database, "SELECT 1 FROM exposed_keys LIMIT 1").exists([])
            ? try Query(
                database, "SELECT 1 FROM exposed_keys WHERE key_identity = ? AND (device IS NULL OR device = ?)")
            : nil
    }

    func isRefused(_ key: KeyIdentity, writtenAs fingerprint: KeyFingerprint?) throws -> Bool {
        try refused?.exists([.digest(key.digest), fingerprint.map { .digest($0.digest) } ?? .null]) ?? false
    }

    func isExposed(_ key: KeyIdentity, of device: Int64) throws -> Bool {
        try exposed?.exists([.digest(key.digest), .integer(device)]) ?? false
    }
}
