import Fleet
import Issuing
import Planning
import Policy
import RotationModel
import System

/// The stage that issues, batch by batch. While one batch is signed, serial numbers are reserved for the next, the one before
/// is written, and the one before that is made durable and put in place.
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
        var waiting = batches(of: plan)[...]
        run.observer.began(.issue, total: waiting.reduce(0) { $0 + $1.rows.count })
        defer { run.observer.ended(.issue) }
        var pacer = Pacer(perMinute: limits.issuePerMinute)
        var line = PublishingLine(publisher: publisher)
        var obstacle: RotationError?
        var next = waiting.popFirst()
        var reserved = try await next?.reserve()
        while let batch = next, let current = reserved {
            // Serial numbers that are reserved by now are abandoned by the next run.
            guard try await isOver(pacer.delay(for: batch.rows.count)) else {
                for row in batch.rows + waiting.flatMap(\.rows) { plan.rows[row.place].result = RowResult(.stopped) }
                break
            }
            next = waiting.popFirst()
            let (moving, reserving) = (line, next)
            async let moved = moving.moved()
            async let following = reserving?.reserve()
            let outcome = try await batch.signAndRecord(current)
            for (place, result) in outcome.results { plan.rows[place].result = result }
            line = try await moved
            line.recorded = outcome.manifests
            reserved = try await following
            run.observer.advanced(.issue, by: batch.rows.count)
            guard let failure = outcome.failure else { continue }
            obstacle = obstacle ?? failure
            let passedOver = ([next].compactMap(\.self) + waiting).filter { $0.authority == batch.authority }
            for place in passedOver.flatMap(\.rows).map(\.place) {
                plan.rows[place].result = RowResult(.failed, error: failure.description)
            }
            run.observer.advanced(.issue, by: passedOver.reduce(0) { $0 + $1.rows.count })
            waiting.removeAll { $0.authority == batch.authority }
            if next?.authority == batch.authority {
                next = waiting.popFirst()
                reserved = try await next?.reserve()
            }
        }
        try await line.finish()
        return obstacle
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
    func batches(of plan: RotationPlan) -> [IssueBatch] {
        var rows: [Int: [IssueBatch.Row]] = [:]
        var order: [Int] = []
        for (place, row) in plan.rows.enumerated() {
            guard case .issue(let replacement, let key) = row.decision.action else { continue }
            if rows[replacement.policy] == nil { order.append(replacement.policy) }
            rows[replacement.policy, default: []].append(
                IssueBatch.Row(place: place, decision: row.decision, replacement: replacement, key: key))
        }
        return order.flatMap { index in
            let policy = policies.policies[index]
            return (rows[index] ?? []).chunked(by: min(policy.batch, limits.issuePerMinute)).map {
                IssueBatch(run: run, rows: Array($0), keys: keys, authorities: authorities, policy: policy)
            }
        }
    }
}
