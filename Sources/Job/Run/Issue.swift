import Fleet
import Issuing
import Planning
import Policy
import RotationModel
import System

/// The stage that issues, batch by batch. While one batch is signed, serial numbers are reserved for the next, the one before
/// is written, and the one before that is made durable and put in place.
struct Issue {
    let inventory: any FleetStore
    let keys: SigningKeys
    let authorities: AuthorityDirectory
    let policies: PolicySet
    let publisher: Publisher
    let limits: RunLimits
    let run: String
    let at: Timestamp
    let observer: any RunObserver

    /// Carries out the plan's `issue` rows.
    ///
    /// - Parameter results: one a decision; those of the rows worked on are set as soon as they are recorded, so that they
    ///   tell the truth also when a later batch throws.
    /// - Returns: why an external issuer could not be asked, if so: its other batches are passed over, and nobody else's.
    func perform(_ plan: RotationPlan, results: inout [RowResult]) async throws -> RotationError? {
        var waiting = batches(of: plan)[...]
        observer.began(.issue, total: waiting.reduce(0) { $0 + $1.rows.count })
        defer { observer.ended(.issue) }
        var pacer = Pacer(perMinute: limits.issuePerMinute)
        var line = PublishingLine(publisher: publisher)
        var obstacle: RotationError?
        var next = waiting.popFirst()
        var reserved = try await next?.reserve()
        while let batch = next, let current = reserved {
            try await Task.sleep(for: pacer.delay(for: batch.rows.count))
            next = waiting.popFirst()
            let (moving, reserving) = (line, next)
            async let moved = moving.moved()
            async let following = reserving?.reserve()
            let outcome = try await batch.signAndRecord(current)
            for (place, result) in outcome.results { results[place] = result }
            line = try await moved
            line.recorded = outcome.manifests
            reserved = try await following
            observer.advanced(.issue, by: batch.rows.count)
            guard let failure = outcome.failure else { continue }
            obstacle = obstacle ?? failure
            let passedOver = ([next].compactMap(\.self) + waiting).filter { $0.authority == batch.authority }
            for (place, _) in passedOver.flatMap(\.rows) {
                results[place] = RowResult(.failed, error: failure.description)
            }
            observer.advanced(.issue, by: passedOver.reduce(0) { $0 + $1.rows.count })
            waiting.removeAll { $0.authority == batch.authority }
            if next?.authority == batch.authority {
                next = waiting.popFirst()
                reserved = try await next?.reserve()
            }
        }
        try await line.finish()
        return obstacle
    }

    /// The plan's rows by policy, each policy's in its order and in batches of its size. The policy with the most urgent
    /// certificate comes first.
    private func batches(of plan: RotationPlan) -> [IssueBatch] {
        var rows: [Int: [(place: Int, decision: Decision)]] = [:]
        var order: [Int] = []
        for (place, decision) in plan.decisions.enumerated() where decision.action == .issue {
            if rows[decision.policyIndex] == nil { order.append(decision.policyIndex) }
            rows[decision.policyIndex, default: []].append((place, decision))
        }
        return order.flatMap { index in
            let policy = policies.policies[index]
            return (rows[index] ?? []).chunked(by: min(policy.batch, limits.issuePerMinute)).map {
                IssueBatch(
                    rows: Array($0), inventory: inventory, keys: keys, authorities: authorities, policy: policy,
                    run: run,
                    at: at)
            }
        }
    }
}
