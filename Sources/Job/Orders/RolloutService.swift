import Fleet
import LocatedYAML
import Planning
import Policy
import RotationModel

/// Lets a policy go on that stopped by itself.
package struct RolloutService: Sendable {
    let workspace: Workspace
    let at: Timestamp
    let actor: String

    package init(_ workspace: Workspace, at: Timestamp, actor: String) {
        self.workspace = workspace
        self.at = at
        self.actor = actor
    }

    /// Whether a run is under way, which decides nothing anew.
    package func isRunUnderWay() throws -> Bool { try workspace.openInventory(.readOnly).isRunUnderWay() }

    /// Records that a policy goes on, who said so and why. What failed or was stuck until now counts no more.
    ///
    /// - Returns: What had stopped it; nil where nothing had.
    /// - Throws: ``RotationError/Code/badInput`` where there is no such policy.
    package func resume(_ policy: String, note: String) throws -> PolicyHalt? {
        let (policies, _) = try workspace.loadPolicies()
        let inventory = try workspace.openForChange()
        let halt = try inventory.planningSnapshot { snapshot -> PolicyHalt? in
            let state = try RolloutState.read(policies, snapshot, confirmed: [], at: at)
            if let found = state.halts.values.first(where: { $0.policy == policy }) { return found }
            // A policy that is gone, or has another name now, can still stand as halted.
            return try snapshot.standingHalts().first { $0.policy == policy }.map {
                PolicyHalt(policy: $0.policy, since: $0.haltedAt, isRecorded: true, tally: $0.tally)
            }
        }
        let names = policies.policies.map(\.name)
        guard halt != nil || names.contains(policy) else {
            throw RotationError(
                .badInput, "there is no policy \(policy)",
                advice: names.isEmpty ? "no file has policies" : Suggestion.help(for: policy, among: names))
        }
        try inventory.resumeRollout(ofPolicy: policy, note: note, by: .person(actor), at: at)
        return halt
    }
}
