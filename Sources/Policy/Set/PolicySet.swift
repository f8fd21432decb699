import RotationModel

/// The checked policies, profiles and revocations of all files together.
package struct PolicySet: Sendable {
    /// By priority, highest first; of equal priority, by name.
    package let policies: [RotationPolicy]
    /// In the order of the files.
    package let profiles: [IssuanceProfile]
    /// In the order of the files, and in each as they stand.
    package let revocations: [RevocationRule]
    /// In the order of the files, and in each as they stand.
    package let tests: [PolicyTest]

    init(
        policies: [RotationPolicy], profiles: [IssuanceProfile], revocations: [RevocationRule] = [],
        tests: [PolicyTest] = []
    ) {
        self.policies = policies.sorted { ($1.priority, $0.name) < ($0.priority, $1.name) }
        self.profiles = profiles
        self.revocations = revocations
        self.tests = tests
    }
}

// MARK: - Selection

/// Which policy decides for a device.
package enum Selection: Hashable, Sendable {
    /// None covers it.
    case none
    /// The index of the one that does, in ``PolicySet/policies``.
    case one(Int)
    /// Several of the same, highest priority do: nothing may be decided.
    case ambiguous([Int])
}

extension PolicySet {
    /// The policies that cover devices with these facts, but for their device patterns: indices into ``policies``,
    /// highest priority first. Worth keeping for all devices with the same facts.
    package func candidates(for facts: SelectorFacts) -> [Int] {
        policies.indices.filter { policies[$0].match.matches(facts) }
    }

    /// - Parameter candidates: as ``candidates(for:)`` gives them.
    package func select(among candidates: [Int], device: DeviceID) -> Selection {
        guard let first = candidates.firstIndex(where: { policies[$0].match.matches(device) }) else { return .none }
        let priority = policies[candidates[first]].priority
        var equals: [Int] = []
        for candidate in candidates[(first + 1)...] {
            guard policies[candidate].priority == priority else { break }
            if policies[candidate].match.matches(device) { equals.append(candidate) }
        }
        return equals.isEmpty ? .one(candidates[first]) : .ambiguous([candidates[first]] + equals)
    }

    /// The policy that decides for every device, whatever its id; nil where the id makes a difference, or where none decides.
    ///
    /// - Parameter candidates: as ``candidates(for:)`` gives them.
    package func soleSelection(among candidates: [Int]) -> Int? {
        guard let first = candidates.first, policies[first].match.devices.isEmpty else { return nil }
        if candidates.count > 1, policies[candidates[1]].priority == policies[first].priority { return nil }
        return first
    }
}
