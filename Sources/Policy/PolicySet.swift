public import LocatedYAML
public import RotationModel

/// What came of loading policy files.
public struct LoadedPolicies: Sendable {
    /// Nil where any diagnostic is an error.
    public let set: PolicySet?
    /// By file, in the order given, and line. Warnings may stand beside a usable set.
    public let diagnostics: [Diagnostic]
}

/// The checked policies, profiles and revocations of all files together.
public struct PolicySet: Sendable {
    /// By priority, highest first; of equal priority, by name.
    public let policies: [RotationPolicy]
    /// In the order of the files.
    public let profiles: [IssuanceProfile]
    /// In the order of the files, and in each as they stand.
    public let revocations: [RevocationRule]
    /// In the order of the files, and in each as they stand.
    public let tests: [PolicyTest]

    /// Parses and checks files together, and tells every mistake in them.
    ///
    /// - Parameters:
    ///   - authorities: what profiles may name; nil to leave such names unchecked, for files outside a workspace.
    ///   - sha256: for the spread of due dates.
    public static func load(
        _ files: [SourceFile], authorities: [AuthorityFacts]?, sha256: @escaping SHA256Function
    ) -> LoadedPolicies {
        let drafts = files.map { PolicyFileDraft(reading: $0) }
        let compiler = PolicyCompiler(drafts: drafts, authorities: authorities, sha256: sha256)
        let set = compiler.compile()
        let diagnostics = drafts.flatMap(\.log.diagnostics).sorted(byFiles: files.map(\.path))
        return LoadedPolicies(set: diagnostics.contains { $0.severity == .error } ? nil : set, diagnostics: diagnostics)
    }

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
public enum Selection: Hashable, Sendable {
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
    public func candidates(for facts: SelectorFacts) -> [Int] {
        policies.indices.filter { policies[$0].match.matches(facts) }
    }

    /// - Parameter candidates: as ``candidates(for:)`` gives them.
    public func select(among candidates: [Int], device: DeviceID) -> Selection {
        guard let first = candidates.firstIndex(where: { policies[$0].match.matches(device) }) else { return .none }
        let priority = policies[candidates[first]].priority
        var equals: [Int] = []
        for candidate in candidates[(first + 1)...] {
            guard policies[candidate].priority == priority else { break }
            if policies[candidate].match.matches(device) { equals.append(candidate) }
        }
        return equals.isEmpty ? .one(candidates[first]) : .ambiguous([candidates[first]] + equals)
    }
}
