import Basics
import RotationModel

extension SQLFleet {
    package func recordHalt(
        ofPolicy policy: String, _ tally: RolloutTally, run: RunID, at: Timestamp
    ) throws(RotationError) {
        try write { database in
            let added = try Query(
                database,
                """
                INSERT INTO rollout_halts (policy, halted_at, run, handed_out, failed, stuck)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """
            ).changes([
                .text(policy), .time(at), .run(run), .count(tally.handedOut), .count(tally.failed),
                .count(tally.stuck),
            ])
            guard added == 1 else { return }
            try audited(database, by: .run(run)) { log in
                try log.append(.rolloutHalted, device: nil, at: at) { json in
                    json.member("policy", policy)
                    json.member("handedOut", tally.handedOut)
                    json.member("failed", tally.failed)
                    json.member("stuck", tally.stuck)
                }
            }
        }
    }

    @discardableResult
    package func resumeRollout(
        ofPolicy policy: String, note: String, by actor: Actor, at: Timestamp
    ) throws(RotationError) -> Bool {
        try write { database in
            let resume = try Query(
                database, "INSERT INTO rollout_resumes (policy, resumed_at, actor, note) VALUES (?, ?, ?, ?)"
            ).insert([.text(policy), .time(at), .text(try name(of: actor, database)), .text(note)])
            let wasHalted =
                try Query(database, "UPDATE rollout_halts SET resume = ? WHERE policy = ? AND resume IS NULL")
                .changes([.integer(resume), .text(policy)]) > 0
            try audited(database, by: actor) { log in
                try log.append(.rolloutResumed, device: nil, at: at) { json in
                    json.member("policy", policy)
                    json.member("note", note)
                    json.member("wasHalted", wasHalted)
                }
            }
            return wasHalted
        }
    }

    package func recordFailures(_ failures: [IssuanceFailure], run: RunID, at: Timestamp) throws(RotationError) {
        guard !failures.isEmpty else { return }
        try write { database in
            let add = try Query(
                database,
                "INSERT INTO issuance_failures (device, policy, run, failed_at, why) VALUES (?, ?, ?, ?, ?)")
            for failure in failures {
                try add.run([
                    .integer(failure.deviceRow), .text(failure.policy), .run(run), .time(at), .text(failure.why),
                ])
            }
        }
    }
}
