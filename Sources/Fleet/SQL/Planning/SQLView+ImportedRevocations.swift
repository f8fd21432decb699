import RotationModel

extension SQLView {
    package var pendingRevocationCount: Int {
        get throws(RotationError) {
            try guarded {
                Int(
                    try Query(database, "SELECT count(*) FROM revocations WHERE pending > 0").first { $0.integer(0) }
                        ?? 0)
            }
        }
    }

    /// Imported certificates that are REVOKED and that no authority's key was seen to verify: few among all that were ever revoked.
    private static let unverifiedRevoked = """
        SELECT id FROM certificates WHERE status = 'REVOKED' AND authority IS NULL AND signed_by IS DISTINCT FROM 'authority'
        """

    package func forEachImportedRevocation(issuers: [String], _ body: (ImportedRevocation) throws -> Void) throws {
        let query = try Query(
            streaming: database,
            """
            \(SQLView.revocableSelection(with: "v.revoked_at, v.pending, c.signed_by, b.der"))
            JOIN revocations v ON v.certificate = c.id JOIN certificate_bodies b ON b.certificate = c.id
            WHERE c.id IN (SELECT certificate FROM revocations WHERE pending > 0 UNION \(SQLView.unverifiedRevoked))
              AND +v.issuer = (SELECT id FROM issuers WHERE name = ?) AND c.authority IS NULL
            ORDER BY v.id
            """)
        let first = SQLView.revocableColumns
        for issuer in issuers {
            try query.forEach([.text(issuer)]) { row in
                try body(
                    ImportedRevocation(
                        certificate: revocable(row), revokedAt: row.time(first), isPending: row.integer(first + 1) > 0,
                        isChange: row.integer(first + 1) == 1,
                        signedBy: row.isNull(first + 2) ? nil : try row.value(first + 2), der: row.bytes(first + 3)))
            }
        }
    }

    package func pendingRevocations() throws(RotationError) -> [Fingerprint] {
        try guarded {
            try Query(
                database,
                """
                SELECT c.fingerprint FROM revocations v JOIN certificates c ON c.id = v.certificate WHERE v.pending > 0
                ORDER BY v.certificate
                """
            ).all { try $0.fingerprint(0) }
        }
    }
}
