import Fleet
import Policy
import RotationModel

/// The stage that issues, batch by batch. While one batch is signed, serial numbers are reserved for the next, the one before
/// is written, and the one before that is made durable and put in place.
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
        var reserved = try await batches.first?.reserve()
        for (number, batch) in batches.enumerated() {
            guard let current = reserved else { break }
            try await Task.sleep(for: pacer.delay(for: batch.rows.count))
            let waiting = line
            async let moved = waiting.moved()
            async let following = number + 1 < batches.count ? batches[number + 1].reserve() : nil
            let outcome = try await batch.signAndRecord(current)
            for (place, result) in outcome.results { results[place] = result }
            line = try await moved
            line.recorded = outcome.manifests
            reserved = try await following
            observer.advanced(.issue, by: batch.rows.count)
            if let failure = outcome.failure {
                // What is recorded is for devices, whatever becomes of the rest.
                try await line.finish()
                throw failure
            }
        }
        try await line.finish()
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
