import RotationModel

/// What one policy has to do with one device.
package struct PolicyConsideration: Sendable {
    package enum Outcome: Hashable, Sendable {
        /// It decides.
        case decides
        /// All its conditions hold, and the policy of this name, which has a higher priority, decides.
        case outranked(by: String)
        /// All its conditions hold, and so do those of other policies of the same, highest priority: none may decide.
        case tied(with: [String])
        /// At least one condition does not hold.
        case doesNotMatch
    }

    package let policy: RotationPolicy
    /// Empty where the policy is for every device.
    package let conditions: [ExplainedCondition]
    package let outcome: Outcome
}

extension PolicySet {
    /// The selection as ``select(among:device:)`` makes it.
    package func select(for facts: SelectorFacts, device: DeviceID) -> Selection {
        select(among: candidates(for: facts), device: device)
    }

    /// Why the policy that decides for a device does, and why each other one does not: all of them, in ``policies``' order.
    package func explainSelection(for facts: SelectorFacts, device: DeviceID) -> [PolicyConsideration] {
        let selection = select(for: facts, device: device)
        return policies.enumerated().map { index, policy in
            let conditions = policy.match.explained(for: facts, device: device)
            return PolicyConsideration(
                policy: policy, conditions: conditions,
                outcome: outcome(of: index, matches: conditions.allSatisfy(\.holds), under: selection))
        }
    }

    private func outcome(of index: Int, matches: Bool, under selection: Selection) -> PolicyConsideration.Outcome {
        switch selection {
        case .one(index): .decides
        case .ambiguous(let tied) where tied.contains(index):
            .tied(with: tied.filter { $0 != index }.map { policies[$0].name })
        case .one(let winner) where matches: .outranked(by: policies[winner].name)
        case .ambiguous(let tied) where matches: .outranked(by: policies[tied[0]].name)
        case .none, .one, .ambiguous: .doesNotMatch
        }
    }
}
