import Lifecycle
import RotationModel

extension SQLFleet {
    package func rotationsByState() throws(RotationError) -> [String: Int] {
        try read { database in
            // Those that are over are nearly all that there ever were: of them, only the cancelled ones are looked at.
            let counts = try Query(
                database,
                """
                WITH live AS (SELECT state, count(*) AS n FROM rotations WHERE open = 1 GROUP BY state),
                  cancelled AS (SELECT count(*) AS n FROM rotations WHERE state = 'cancelled')
                SELECT state, n FROM live UNION ALL SELECT 'cancelled', n FROM cancelled
                UNION ALL SELECT 'completed', (SELECT count(*) FROM rotations) - (SELECT n FROM cancelled)
                  - (SELECT coalesce(sum(n), 0) FROM live)
                """
            ).all { ($0.text(0), Int($0.integer(1))) }
            return Dictionary(uniqueKeysWithValues: counts.filter { $0.1 > 0 })
        }
    }

    package func openRotations(
        in state: RotationState? = nil, unchangedSince before: Timestamp? = nil, limit: Int = .max
    ) throws(RotationError) -> [OpenRotationListing] {
        try read { database in
            let condition = state == nil ? "" : "AND r.state = ?3"
            let values: [SQLValue] = [.integer(before?.seconds ?? .max), .count(limit)]
            return try Query(
                database,
                """
                SELECT r.id, d.name, a.name, r.state, r.reason_code, r.reason_text, r.policy_name, r.opened_at, r.changed_at,
                  c.not_after, r.asked_at, r.delivered_at
                FROM rotations r JOIN devices d ON d.id = r.device JOIN accounts a ON a.id = d.account
                JOIN certificates c ON c.id = r.old_certificate
                WHERE r.open = 1 AND r.changed_at < ?1 \(condition) ORDER BY r.changed_at, r.id LIMIT ?2
                """
            ).all(values + (state.map { [.text($0.rawValue)] } ?? [])) { row in
                OpenRotationListing(
                    row: row.integer(0), device: DeviceID(checked: row.text(1)),
                    account: AccountID(checked: row.text(2)),
                    state: try row.value(3), reason: Reason(try row.value(4), row.text(5)), policy: row.text(6),
                    openedAt: row.time(7), changedAt: row.time(8), notAfter: row.time(9),
                    askedAt: row.optionalTime(10), deliveredAt: row.optionalTime(11))
            }
        }
    }

    package func waitingRequestCount() throws(RotationError) -> Int {
        try read { Int(try Query($0, "SELECT count(*) FROM requests").first { $0.integer(0) } ?? 0) }
    }
}
