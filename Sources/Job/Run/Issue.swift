import Fleet
import Issuing
import Planning
import Policy
import RotationModel
import Synchronization
import System

/// The stage that issues, batch by batch, on an ``IssuingLine``.
struct Issue {
    let run: RunContext
    let keys: SigningKeys
    let authorities: AuthorityDirectory
    let policies: PolicySet
    let publisher: Publisher
    let limits: RunLimits

    /// Carries out the plan's `issue` rows.
    ///
    /// - Returns: why an external issuer could not be asked, if so: its other batches are passed over, and nobody else's.
    func perform(_ plan: inout RotationPlan) async throws -> RotationError? {
        let progress = try await carry(batches(of: plan))
        for (place, result) in progress.results { plan.rows[place].result = result }
        return progress.obstacle
    }

    private func carry(_ batches: IssueBatches) async throws -> IssueProgress {
        run.observer.began(.issue, total: batches.rowCount)
        defer { run.observer.ended(.issue) }
        let pacer = Mutex(Pacer(perMinute: limits.issuePerMinute))
        let line = IssuingLine(run: run, publisher: publisher)
        try await line.carry(batches) { batch in
            try await isOver(pacer.withLock { $0.delay(for: batch.rows.count) })
        }
        return line.progress
    }

    /// Waits for so long.
    ///
    /// - Returns: false where the run was asked to stop before that was over.
    private func isOver(_ delay: Duration) async throws -> Bool {
        let end = ContinuousClock.now + delay
        while !run.stop.isMade {
            let left = end - .now
            if left <= .zero { return true }
            try await Task.sleep(for: min(left, .milliseconds(200)))
        }
        return false
    }

    /// The plan's rows by policy, each policy's in its order and in batches of its size. The policy with the most urgent
    /// certificate comes first.
    func batches(of plan: RotationPlan) -> IssueBatches {
        var places: [Int: [Int]] = [:]
        var order: [Int] = []
        for (place, row) in plan.rows.enumerated() {
            guard case .issue(let replacement, _) = row.decision.action else { continue }
            if places[replacement.policy] == nil { order.append(replacement.policy) }
            places[replacement.policy, default: []].append(place)
        }
        let parts = order.flatMap { index in
            (places[index] ?? []).chunked(by: min(policies.policies[index].batch, limits.issuePerMinute)).map {
                (policy: index, places: $0)
            }
        }
        return IssueBatches(rows: plan.rows, parts: parts) { rows, index in
            IssueBatch(run: run, rows: rows, keys: keys, authorities: authorities, policy: policies.policies[index])
        }
    }
}
