import Fleet
import Planning
import Policy
import RotationModel

/// The stage that writes down which revocations are in force, before anything is decided by them: since when a rule holds,
/// and which keys are never certified again.
struct RecordRevocations {
    let run: RunContext
    let rules: [RevocationRule]

    /// - Parameter reach: what they were found to reach before the run's first stage, which changes nothing of it; nil where nobody looked.
    /// - Returns: what the revocations in force reach.
    func perform(knowing reach: RevocationScope? = nil) throws -> RevocationScope {
        try withdrawAbandoned()
        for rule in rules {
            _ = try run.inventory.ensureRevocationOrder(
                name: rule.name, reason: rule.reason, mode: rule.mode, deadline: rule.deadline, run: run.id, at: run.at)
        }
        let scope = try run.inventory.planningSnapshot { snapshot in
            if let reach, try reach.isOfAllOrders(in: snapshot) { return reach }
            return try RevocationScope.find(in: snapshot, rules: rules, at: run.at)
        }
        for (revocation, keys) in zip(scope.revocations, scope.newlyRefusedKeys) {
            guard let order = revocation.order, !keys.isEmpty else { continue }
            try run.inventory.refuseKeys(keys.sorted(by: KeyReference.isBefore), order: order, run: run.id, at: run.at)
        }
        return scope
    }

    /// A rule that was taken out of the policy files is no longer in force. What it revoked stays revoked.
    private func withdrawAbandoned() throws {
        let names = Set(rules.map(\.name))
        let orders = try run.inventory.planningSnapshot { try $0.revocationOrders() }
        for order in orders where order.kind == .policy && !names.contains(order.name) {
            try run.inventory.withdrawRevocationOrder(order.name, by: .run(run.id), at: run.at)
        }
    }
}
