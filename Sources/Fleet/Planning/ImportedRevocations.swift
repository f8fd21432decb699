import GRDB
import RotationModel

/// A certificate that is REVOKED and that this job did not issue: whether it is the authority's whose name it bears has to be verified
/// before a CRL says anything of it.
package struct ImportedRevocation: Sendable {
    package let certificate: RevocableCertificate
    package let revokedAt: Timestamp
    /// Whether an import brought the revocation and no run has carried it out.
    package let isPending: Bool
    /// Whether the certificate was known here with another status before.
    package let isChange: Bool
    /// Nil where nobody looked yet.
    package let signedBy: SignedBy?
    package let der: [UInt8]
}

extension PlanningSnapshot {
    /// How many revocations wait for a run, of whatever issuer.
    package var pendingRevocationCount: Int {
        get throws(RotationError) {
            try guarded {
                Int(
                    try Query(database, "SELECT count(*) FROM revocations WHERE pending > 0").first { $0.integer(0) }
                        ?? 0)
            }
        }
    }

    /// Hands over the imported certificates of some issuers that are REVOKED and of which the question is open: those whose revocation
    /// waits for a run, and those that no authority's key was seen to verify. One a claim.
    ///
    /// - Parameter issuers: Names, as RFC 4514 writes them.
    package func forEachImportedRevocation(issuers: [String], _ body: (ImportedRevocation) throws -> Void) throws {
        let query = try Query(
            uncached: database,
            """
            \(PlanningSnapshot.revocableSelection(with: "v.revoked_at, v.pending, c.signed_by, b.der"))
            JOIN revocations v ON v.certificate = c.id JOIN certificate_bodies b ON b.certificate = c.id
            WHERE v.issuer = (SELECT id FROM issuers WHERE name = ?) AND c.authority IS NULL
              AND (v.pending > 0 OR c.signed_by IS NOT 'authority') ORDER BY v.id
            """)
        let first = PlanningSnapshot.revocableColumns
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

    /// The fingerprints of certificates whose revocation waits for a run, in the order in which they came in.
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
