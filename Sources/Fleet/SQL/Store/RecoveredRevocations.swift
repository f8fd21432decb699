import RotationModel

/// Entries of published CRLs whose certificates the inventory does not have.
struct RecoveredRevocations {
    private let database: any Database

    init(_ database: any Database) { self.database = database }

    func forEach(issuers: [String], _ body: (RevokedCertificate) throws -> Void) throws {
        let query = try Query(
            streaming: database,
            """
            SELECT serial, revoked_at, reason, not_after FROM recovered_revocations
            WHERE issuer = (SELECT id FROM issuers WHERE name = ?) ORDER BY serial
            """)
        for issuer in issuers {
            try query.forEach([.text(issuer)]) { row in
                try body(
                    RevokedCertificate(
                        id: 0, serialNumber: SerialNumber(bytes: row.bytes(0)), revokedAt: row.time(1),
                        reason: try row.value(2), notAfter: row.time(3)))
            }
        }
    }

    func add(_ entry: PublishedRevocation, issuer: Int64, notAfter: Timestamp, run: RunID) throws {
        try Query(
            database,
            """
            INSERT INTO recovered_revocations (issuer, serial, reason, revoked_at, not_after, run)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (issuer, serial) DO UPDATE SET reason = excluded.reason, revoked_at = excluded.revoked_at,
              not_after = excluded.not_after, run = excluded.run
            """
        ).run([
            .integer(issuer), .blob(entry.serialNumber.bytes), .text(entry.reason.rawValue), .time(entry.revokedAt),
            .time(notAfter), .run(run),
        ])
    }
}
