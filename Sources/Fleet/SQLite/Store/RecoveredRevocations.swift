import GRDB
import RotationModel

/// Entries of published CRLs whose certificates the inventory does not have.
struct RecoveredRevocations {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func forEach(issuers: [String], _ body: (RevokedCertificate) throws -> Void) throws {
        let query = try Query(
            uncached: database,
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
            INSERT OR REPLACE INTO recovered_revocations (issuer, serial, reason, revoked_at, not_after, run)
            VALUES (?, ?, ?, ?, ?, ?)
            """
        ).run([
            .integer(issuer), .blob(entry.serialNumber.bytes), .text(entry.reason.rawValue), .time(entry.revokedAt),
            .time(notAfter), .run(run),
        ])
    }
}
