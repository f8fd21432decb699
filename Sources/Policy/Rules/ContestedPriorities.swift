import RotationModel

extension PolicySet {
    /// Pairs of policies that have the same priority and whose conditions do not rule out that both are for one device: indices
    /// into ``policies``. Whether there is such a device is for an inventory to say.
    public var contested: [(Int, Int)] {
        policies.indices.flatMap { first in
            policies.indices[(first + 1)...]
                .prefix { policies[$0].priority == policies[first].priority }
                .filter { !policies[first].match.isDisjoint(from: policies[$0].match) }
                .map { (first, $0) }
        }
    }
}

extension DeviceSelector {
    /// Whether it is plain from the conditions that no device matches both. False where it takes more than a look.
    public func isDisjoint(from other: DeviceSelector) -> Bool {
        DeviceSelector.exclude(accounts, other.accounts) { $0 == $1 }
            || DeviceSelector.exclude(issuers, other.issuers) { $0 == $1 }
            || DeviceSelector.exclude(devices, other.devices) { !$0.isDisjoint(from: $1) }
            || labels.contains { name, values in
                other.labels[name].map { Set(values).isDisjoint(with: $0) } ?? false
            } || excludes(other) || other.excludes(self)
    }

    /// Whether one of its `notLabels` takes every value that the other wants.
    private func excludes(_ other: DeviceSelector) -> Bool {
        notLabels.contains { name, values in other.labels[name].map { Set($0).isSubset(of: values) } ?? false }
    }

    private static func exclude<Value>(_ left: [Value], _ right: [Value], canBoth: (Value, Value) -> Bool) -> Bool {
        !left.isEmpty && !right.isEmpty && !left.contains { one in right.contains { canBoth(one, $0) } }
    }
}

extension Glob {
    /// Whether the characters before the first wildcard of each already differ.
    func isDisjoint(from other: Glob) -> Bool {
        let (mine, others) = (literalStart, other.literalStart)
        let shared = min(mine.count, others.count)
        return mine.prefix(shared) != others.prefix(shared)
            || (isLiteral && mine.count < others.count) || (other.isLiteral && others.count < mine.count)
    }
}
