import Fleet
import Planning

/// A plan with the digests of what it was decided from: what `plan --save` keeps.
package struct ReviewablePlan: Sendable {
    package let plan: RotationPlan
    package let digests: PlanDigests
    /// The most certificates that it issues, as the operator said, or nil.
    package let limit: Int?

    init(_ plan: RotationPlan, limit: Int?, authorities: String, inventory: String, inbox: String) {
        self.plan = plan
        self.limit = limit
        digests = PlanDigests(
            policies: plan.policies.digest, authorities: authorities, inventory: inventory, inbox: inbox,
            rows: SavedPlan.digest(
                of: plan.decisions.lazy.map(SavedPlan.Row.init), guards: plan.guards.map(\.description), at: plan.at,
                limit: limit))
    }
}

extension DryRun {
    /// The dry run, for keeping: a person reviews it, and `run --plan` carries it out.
    package func reviewablePlan() async throws -> ReviewablePlan {
        let sources = try await sources()
        return try sources.inventory.planningSnapshot { snapshot in
            let (plan, waiting) = try decide(sources, snapshot)
            return ReviewablePlan(
                plan, limit: limit, authorities: sources.authorities.digest, inventory: try snapshot.digest(),
                inbox: waiting.digest)
        }
    }
}
