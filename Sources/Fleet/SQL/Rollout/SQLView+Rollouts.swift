import Lifecycle
import RotationModel

extension SQLView {
    package func standingHalts() throws(RotationError) -> [StandingHalt] {
        try guarded {
            try Query(
                database,
                """
                SELECT policy, halted_at, run, handed_out, failed, stuck FROM rollout_halts WHERE resume IS NULL
                ORDER BY policy
                """
            ).all { row in
                StandingHalt(
                    policy: row.text(0), haltedAt: row.time(1), run: row.run(2),
                    tally: RolloutTally(
                        handedOut: Int(row.integer(3)), failed: Int(row.integer(4)), stuck: Int(row.integer(5))))
            }
        }
    }

    package func lastResumes() throws(RotationError) -> [String: Timestamp] {
        try guarded {
            let rows = try Query(database, "SELECT policy, max(resumed_at) FROM rollout_resumes GROUP BY policy")
                .all { ($0.text(0), $0.time(1)) }
            return Dictionary(uniqueKeysWithValues: rows)
        }
    }

    package func unconfirmedRotations() throws(RotationError) -> [UnconfirmedRotation] {
        try guarded {
            try Query(
                database,
                """
                SELECT r.device, d.name, r.policy_name, r.new_certificate,
                  coalesce(r.delivered_at, r.issued_at, r.asked_at, r.opened_at)
                FROM rotations r JOIN devices d ON d.id = r.device
                WHERE r.open = 1 AND r.state IN ('awaiting-csr', 'ready', 'issued', 'delivered') AND r.revocation IS NULL
                ORDER BY d.name
                """
            ).all { row in
                UnconfirmedRotation(
                    deviceRow: row.integer(0), device: DeviceID(checked: row.text(1)), policy: row.text(2),
                    newCertificate: row.optionalInteger(3), waitingSince: row.time(4))
            }
        }
    }

    package func rolloutTally(
        ofPolicy policy: String, since: Timestamp, resumedAt: Timestamp?, patience: Patience, now: Timestamp,
        confirmed: Set<Int64> = []
    ) throws(RotationError) -> RolloutTally {
        try guarded {
            var tally = RolloutTally(handedOut: 0, failed: 0, stuck: 0)
            // A replacement that was itself revoked says nothing of its device.
            try Query(
                database,
                """
                SELECT r.new_certificate, r.state, r.delivered_at, r.confirmed_at, r.ended_at
                FROM rotations r JOIN certificates c ON c.id = r.new_certificate
                WHERE r.policy_name = ? AND r.issued_at > ? AND c.status <> 'REVOKED'
                """
            ).forEach([.text(policy), .time(since)]) { row in
                let state: RotationState = try row.value(1)
                let (deliveredAt, confirmedAt) = (row.optionalTime(2), row.optionalTime(3))
                if let resumedAt {
                    let settledAt = confirmedAt ?? row.optionalTime(4)
                    let wasStuck = deliveredAt.map { patience.wasSeenRunningOut(since: $0, by: resumedAt) } ?? false
                    if settledAt.map({ $0 <= resumedAt }) ?? false || wasStuck { return }
                }
                let isStuck = deliveredAt.map { patience.isOver(since: $0, at: now) } ?? false
                tally.handedOut += 1
                if state == .cancelled, confirmedAt == nil { tally.failed += 1 }
                if state == .delivered, isStuck, !confirmed.contains(row.integer(0)) { tally.stuck += 1 }
            }
            let unmade =
                try Query(
                    database, "SELECT count(DISTINCT device) FROM issuance_failures WHERE policy = ? AND failed_at > ?"
                ).first([.text(policy), .time(max(since, resumedAt ?? since))]) { Int($0.integer(0)) } ?? 0
            tally.handedOut += unmade
            tally.failed += unmade
            return tally
        }
    }
}
