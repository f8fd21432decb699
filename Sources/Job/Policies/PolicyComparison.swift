import Fleet
import Issuing
import LocatedYAML
import PKI
import Planning
import Policy
import RotationModel

/// Compares two sets of policy files over the real inventory: both go through the planner that decides for a run.
package struct PolicyComparison: Sendable {
    let workspace: Workspace
    let at: Timestamp
    let observer: any RunObserver

    package init(_ workspace: Workspace, at: Timestamp, observer: any RunObserver = SilentObserver()) {
        self.workspace = workspace
        self.at = at
        self.observer = observer
    }

    /// - Throws: ``PolicyMistakes`` where the files of a side have mistakes; ``RotationError/Code/badInput`` where a side
    ///   cannot be read, or two of its policies claim one device.
    package func compare(old: PolicySource, new: PolicySource) async throws -> PolicyDiff {
        let (oldPolicies, oldEdition) = try load(old)
        let (newPolicies, newEdition) = try load(new)
        let dryRun = DryRun(workspace, at: at, observer: observer)
        let before = try await dryRun.sources(oldPolicies, oldEdition)
        let after = DryRun.Sources(
            policies: newPolicies, edition: newEdition, authorities: before.authorities, inventory: before.inventory,
            requests: before.requests, confirmations: before.confirmations, pickUp: before.pickUp,
            seen: before.seen)
        return try before.inventory.planningSnapshot { snapshot in
            let oldPlan = try named(old) { try dryRun.decide(before, snapshot).plan }
            let newPlan = try named(new) { try dryRun.decide(after, snapshot).plan }
            var coverage = CoverageComparison(
                try dryRun.planner(before, snapshot).planner, try dryRun.planner(after, snapshot).planner)
            try coverage.compare(snapshot)
            return PolicyDiff(
                at: at, deviceCount: try snapshot.deviceCount, certificateCount: try snapshot.certificateCount,
                old: side(old, oldPlan, oldPolicies), new: side(new, newPlan, newPolicies),
                rows: PolicyDiff.Row.between(oldPlan, newPlan), policyMoves: coverage.policyMoves,
                profileMoves: coverage.profileMoves, profileEdits: coverage.profileEdits)
        }
    }

    private func load(_ source: PolicySource) throws -> (PolicySet, PolicyEdition) {
        let files = try source.files()
        let loaded = PolicySet.load(files, authorities: try workspace.authorities().facts, sha256: SHA256.digest)
        guard let set = loaded.set else { throw PolicyMistakes(diagnostics: loaded.diagnostics) }
        return (set, PolicyEdition(of: files))
    }

    /// Says which side an error is about.
    private func named<T>(_ source: PolicySource, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as RotationError where error.code == .badInput {
            throw RotationError(
                error.code, "\(source): \(error.message)", at: error.place, advice: error.advice)
        }
    }

    private func side(_ source: PolicySource, _ plan: RotationPlan, _ policies: PolicySet) -> PolicyDiff.Side {
        PolicyDiff.Side(
            name: source.description, edition: plan.policies, policies: policies.policies.count, summary: plan.summary,
            guards: plan.guards.map(\.description))
    }
}
