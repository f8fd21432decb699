import RotationModel

/// Certificates that come in after a published CRL was found to list them: they are REVOKED, whatever else is said of them.
struct ListedCertificates {
    private let find: Query
    private let change: Query
    private let add: Query

    init(_ database: any Database) throws {
        find = try Query(database, "SELECT 1 FROM recovered_revocations WHERE issuer = ? AND serial = ?")
        change = try Query(database, "UPDATE certificates SET status = 'REVOKED', status_at = ? WHERE id = ?")
        add = try Query(
            database,
            """
            INSERT INTO revocations (certificate, issuer, reason, revoked_at, run)
            SELECT ?1, issuer, reason, revoked_at, run FROM recovered_revocations WHERE issuer = ?2 AND serial = ?3
            ON CONFLICT DO NOTHING
            """)
    }

    func revokeIfListed(_ certificate: Int64, _ serial: SerialNumber, issuer: Int64, at: Timestamp) throws {
        guard try find.exists([.integer(issuer), .blob(serial.bytes)]) else { return }
        try change.run([.time(at), .integer(certificate)])
        try add.run([.integer(certificate), .integer(issuer), .blob(serial.bytes)])
    }
}
