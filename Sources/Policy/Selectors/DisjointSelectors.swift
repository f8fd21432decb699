import RotationModel

extension DeviceSelector {
    /// Whether it is plain from the conditions that no device matches both. False where it takes more than a look.
    package func isDisjoint(from other: DeviceSelector) -> Bool {
        DeviceSelector.exclude(accounts, other.accounts) { $0 == $1 }
            || DeviceSelector.exclude(issuers, other.issuers) { $0 == $1 }
            || DeviceSelector.exclude(devices, other.devices) { !$0.isDisjoint(from: $1) }
            || labels.contains { name, values in
                other.labels[name].map { DeviceSelector.exclude(values, $0) { $0 == $1 } } ?? false
            } || excludes(other) || other.excludes(self)
    }

    /// Whether one of its `notLabels` takes every value that the other wants.
    private func excludes(_ other: DeviceSelector) -> Bool {
        notLabels.contains { name, values in other.labels[name].map { Set($0).isSubset(of: values) } ?? false }
    }

    private static func exclude<Value>(_ left: [Value], _ right: [Value], canBoth: (Value, Value) -> Bool) -> Bool {
        !left.isEmpty && !right.isEmpty && !left.contains { one in right.contains { canBoth(one, $0) } }
    }

    /// How much work it may be to hold it against another: comparisons of values, about.
    func effort(against other: DeviceSelector) -> Int {
        func product(_ left: [some Any]?, _ right: [some Any]?) -> Int { (left?.count ?? 0) * (right?.count ?? 0) }
        return 1 + labels.count + notLabels.count + other.notLabels.count + product(accounts, other.accounts)
            + product(issuers, other.issuers) + product(devices, other.devices)
            + labels.reduce(0) { $0 + product($1.value, other.labels[$1.key]) }
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
