import LocatedYAML
import RotationModel

/// The parts of `rollout` that say when, to whom first, and when to stop.
enum RolloutRuleReader {
    /// Nil, and reported, where something in it is wrong.
    static func read(_ reader: MappingReader) -> RolloutRule? {
        let windowsValue = reader.optional("windows")
        let windows = windowsValue.map { elements($0, "windows", WindowReader.window) } ?? []
        let freezesValue = reader.optional("freezes")
        let freezes = freezesValue.map { elements($0, "freezes", WindowReader.freeze) } ?? []
        let onNoWindowValue = reader.optional("onNoWindow")
        let onNoWindow = onNoWindowValue.map { $0.choice(of: OnNoWindow.self, what: "action") } ?? .hold
        if onNoWindow != nil, windowsValue == nil, freezesValue == nil {
            onNoWindowValue?.report(
                "`onNoWindow` has nothing to decide without windows and freezes", help: "add some, or remove it",
                as: .warning, rule: .withoutEffect)
        }
        let wavesValue = reader.optional("waves")
        let waves = wavesValue.flatMap(waves)
        let haltValue = reader.optional("halt")
        let halt = haltValue.flatMap(halt)
        guard let windows, let freezes, let onNoWindow, (waves == nil) == (wavesValue == nil),
            (halt == nil) == (haltValue == nil)
        else { return nil }
        return RolloutRule(
            schedule: RolloutSchedule(windows: windows, freezes: freezes, onNoWindow: onNoWindow), waves: waves,
            halt: halt)
    }

    /// Nil where one of them is wrong; all are read in any case.
    private static func elements<Element>(
        _ value: LocatedValue, _ expected: String, _ read: (LocatedValue) -> Element?
    ) -> [Element]? {
        guard let values = value.list(expected) else { return nil }
        if values.isEmpty {
            value.report(
                "`\(value.name)` is an empty list", help: "write \(expected), or remove it", rule: .missingValue)
            return nil
        }
        let elements = values.map(read)
        let whole = elements.compactMap(\.self)
        return whole.count == elements.count ? whole : nil
    }

    private static func waves(_ value: LocatedValue) -> RolloutWaves? {
        guard let values = value.list("shares such as [1%, 10%, 100%]") else { return nil }
        let read = values.map { $0.share() }
        let shares = read.compactMap(\.self)
        guard shares.count == read.count else { return nil }
        if let waves = RolloutWaves(shares) { return waves }
        // What was meant, as far as one can tell: the same shares in order, up to all.
        let rising = Set(shares + [RolloutWaves.all]).filter { $0.partsPerMillion > 0 }.sorted()
        let meant = "write `[\(rising.map(\.description).joined(separator: ", "))]`"
        if let zero = shares.firstIndex(where: { $0.partsPerMillion == 0 }) {
            values[zero].report("a wave of 0% has nobody in it", help: meant)
        } else if let fall = zip(shares, shares.dropFirst()).enumerated().first(where: { $1.0 >= $1.1 })?.offset {
            values[fall + 1].report(
                "\(shares[fall + 1]) is not more than the wave before it (\(shares[fall])): each share counts those before it",
                help: meant)
        } else {
            (values.last ?? value).report(
                shares.isEmpty
                    ? "`waves` is an empty list" : "the last wave is not 100%: some devices would never be replaced",
                help: meant)
        }
        return nil
    }

    private static func halt(_ value: LocatedValue) -> HaltRule? {
        value.mapping("`halt`") { reader -> HaltRule? in
            let failedValue = reader.required("failed", like: "2%")
            let failed = failedValue?.share()
            let atLeast =
                reader.optional("atLeast").map { $0.integer(in: 1...1_000_000_000) } ?? HaltRule.standardAtLeast
            if failed == RolloutWaves.all {
                failedValue?.report("more than 100% never fail", help: "write less, such as 2%", rule: .withoutEffect)
                return nil
            }
            guard let failed, let atLeast else { return nil }
            return HaltRule(failed: failed, atLeast: atLeast)
        } ?? nil
    }
}
