import RotationModel

extension SQLFleet {
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

extension InventorySummary {
    /// All devices, less those with an `ACTIVE` certificate: each has one, but for those that are listed with several.
    fileprivate static let withoutActive = """
        SELECT (SELECT count(*) FROM devices) - (SELECT coalesce(sum(certificates), 0) FROM active_ends)
          + (SELECT coalesce(sum(n - 1), 0) FROM (
            SELECT count(*) AS n FROM devices_with_leftovers l
            CROSS JOIN certificates c WHERE c.device = l.device AND c.status = 'ACTIVE' GROUP BY l.device) several)
        """
}
