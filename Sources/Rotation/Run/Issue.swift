import Fleet
import Policy
import RotationModel

/// The stage that issues, batch by batch. While one batch is signed, the one before is written, and the one before that is
/// made durable and put in place.
struct Issue {
    let inventory: Inventory
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
    func perform(_ plan: RotationPlan, results: inout [RowResult]) async throws {
        let batches = batches(of: plan)
        observer.began(.issue, total: batches.reduce(0) { $0 + $1.rows.count })
        defer { observer.ended(.issue) }
        var pacer = Pacer(perMinute: limits.issuePerMinute)
        var line = PublishingLine(publisher: publisher)
        for batch in batches {
            try await Task.sleep(for: pacer.delay(for: batch.rows.count))
            let waiting = line
            async let moved = waiting.moved()
            let outcome = try await issue(batch)
            for (place, result) in outcome.results { results[place] = result }
            line = try await moved
            line.recorded = outcome.manifests
            observer.advanced(.issue, by: batch.rows.count)
        }
        try await line.finish()
    }

    private struct Batch {
        let policyIndex: Int
        let rows: [(place: Int, decision: Decision)]
    }

    /// The plan's rows by policy, each policy's in its order and in batches of its size. The policy with the most urgent
    /// certificate comes first.
    private func batches(of plan: RotationPlan) -> [Batch] {
        var rows: [Int: [(place: Int, decision: Decision)]] = [:]
        var order: [Int] = []
        for (place, decision) in plan.decisions.enumerated() where decision.action == .issue {
            if rows[decision.policyIndex] == nil { order.append(decision.policyIndex) }
            rows[decision.policyIndex, default: []].append((place, decision))
        }
        return order.flatMap { index in
            (rows[index] ?? []).chunked(by: min(policies.policies[index].batch, limits.issuePerMinute)).map {
                Batch(policyIndex: index, rows: Array($0))
            }
        }
    }

    private func issue(_ batch: Batch) async throws -> IssueBatch.Outcome {
        let labels = try inventory.planningSnapshot { snapshot in
            var labels: [Int64: [String: String]] = [:]
            for set in Set(batch.rows.map(\.decision.labelSet)) { labels[set] = try snapshot.labels(ofSet: set).values }
            return labels
        }
        return try await IssueBatch(
            inventory: inventory, keys: keys, authorities: authorities, policy: policies.policies[batch.policyIndex],
            run: run, at: at
        ).perform(batch.rows, labels: labels)
    }
}
