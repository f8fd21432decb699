import GRDB
import RotationModel

/// The fleet in numbers.
package struct InventorySummary: Sendable, Equatable {
    package struct Count: Sendable, Equatable {
        package let name: String
        package let count: Int
    }

    package let devices: Int
    /// Claims of certificates by devices.
    package let certificates: Int
    package let accounts: Int
    /// By the registry's names, in its order; statuses without a certificate are left out.
    package let byStatus: [Count]
    /// Of the `ACTIVE` certificates, the most frequent first.
    package let byKeyAlgorithm: [Count]
    /// Of the `ACTIVE` certificates, the most frequent first.
    package let byIssuer: [Count]
    /// `ACTIVE` certificates whose notAfter is past.
    package let expired: Int
    /// `ACTIVE` certificates that are not expired and will be within 7 days.
    package let expiringWithin7Days: Int
    /// Those of 7 days included.
    package let expiringWithin30Days: Int
    /// Those of 30 days included.
    package let expiringWithin90Days: Int
    /// Devices none of whose certificates is `ACTIVE`.
    package let devicesWithoutActive: Int
    /// Of the `ACTIVE` certificates, by who signed them: ``SignedBy`` and `unverified`, the most frequent first.
    package var bySigner: [Count] = []
    /// `ACTIVE` certificates that are not as RFC 5280 wants them.
    package var malformed = 0
}

extension InventorySummary {
    fileprivate static let withoutActive = """
        SELECT count(*) FROM devices d WHERE NOT EXISTS (
          SELECT 1 FROM certificates c WHERE c.device = d.id AND c.status = 'ACTIVE')
        """
}

extension Inventory {
    /// How many devices have no certificate that is `ACTIVE`.
    package func devicesWithoutActive() throws(RotationError) -> Int {
        try read { Int(try Query($0, InventorySummary.withoutActive).first { $0.integer(0) } ?? 0) }
    }

    package func summary(at: Timestamp) throws(RotationError) -> InventorySummary {
        try read { database in
            func number(_ sql: String, _ values: [SQLValue] = []) throws -> Int {
                Int(try Query(database, sql).first(values) { $0.integer(0) } ?? 0)
            }
            func counts(_ sql: String) throws -> [InventorySummary.Count] {
                try Query(database, sql).all { InventorySummary.Count(name: $0.text(0), count: Int($0.integer(1))) }
            }
            func expiring(within days: Int64) throws -> Int {
                try number(
                    "SELECT count(*) FROM certificates WHERE status = 'ACTIVE' AND not_after >= ? AND not_after < ?",
                    [.time(at), .time(at + .days(days))])
            }
            let byStatus = try counts("SELECT status, count(*) FROM certificates GROUP BY status")
            return InventorySummary(
                devices: try number("SELECT count(*) FROM devices"),
                certificates: try number("SELECT count(*) FROM certificates"),
                accounts: try number("SELECT count(DISTINCT account) FROM devices"),
                byStatus: CertificateStatus.allCases.compactMap { status in
                    byStatus.first { $0.name == status.rawValue }
                },
                byKeyAlgorithm: try counts(
                    """
                    SELECT k.algorithm, count(*) AS n FROM certificates c JOIN key_kinds k ON k.id = c.key_kind
                    WHERE c.status = 'ACTIVE' GROUP BY k.algorithm ORDER BY n DESC, k.algorithm
                    """),
                byIssuer: try counts(
                    """
                    SELECT i.name, count(*) AS n FROM certificates c JOIN issuers i ON i.id = c.issuer
                    WHERE c.status = 'ACTIVE' GROUP BY i.id ORDER BY n DESC, i.name
                    """),
                expired: try number(
                    "SELECT count(*) FROM certificates WHERE status = 'ACTIVE' AND not_after < ?", [.time(at)]),
                expiringWithin7Days: try expiring(within: 7), expiringWithin30Days: try expiring(within: 30),
                expiringWithin90Days: try expiring(within: 90),
                devicesWithoutActive: try number(InventorySummary.withoutActive),
                bySigner: try counts(
                    """
                    SELECT coalesce(signed_by, CASE WHEN authority IS NULL THEN 'unverified' ELSE 'authority' END) AS signer,
                      count(*) AS n FROM certificates WHERE status = 'ACTIVE' GROUP BY signer ORDER BY n DESC, signer
                    """),
                malformed: try number(
                    "SELECT count(*) FROM certificates WHERE status = 'ACTIVE' AND malformed IS NOT NULL"))
        }
    }
}
