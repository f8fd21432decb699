import LocatedYAML
import RotationModel

/// `match`: which devices a policy or a revocation is for.
enum SelectorReader {
    /// Nil, and reported, where something in it is wrong.
    static func read(_ value: LocatedValue) -> DeviceSelector? {
        // A match with all its lines commented out is an empty one.
        if case .nothing = value.content { return DeviceSelector() }
        return value.mapping("`match`") { reader -> DeviceSelector? in
            let accounts = reader.optional("account").map { texts($0, "an account") } ?? []
            let labels = reader.optional("labels").map { self.labels($0) } ?? [:]
            let notLabels = reader.optional("notLabels").map { self.labels($0) } ?? [:]
            let devices = reader.optional("device").map { globs($0) } ?? []
            let issuers = reader.optional("issuer").map { self.issuers($0) } ?? []
            guard let accounts, let labels, let notLabels, let devices, let issuers else { return nil }
            return DeviceSelector(
                accounts: accounts, labels: labels, notLabels: notLabels, devices: devices, issuers: issuers)
        } ?? nil
    }

    private static func texts(_ value: LocatedValue, _ expected: String) -> [String]? {
        guard let values = value.oneOrMore(expected) else { return nil }
        let texts = values.compactMap { $0.line(expected, longest: 512) }
        return texts.count == values.count ? texts : nil
    }

    private static func labels(_ value: LocatedValue) -> [String: [String]]? {
        value.mapping("`\(value.name)`") { reader -> [String: [String]]? in
            var labels: [String: [String]] = [:]
            let entries = reader.anyEntries()
            if entries.isEmpty {
                value.report(
                    "`\(value.name)` is empty", help: "write `label: value`, or remove it", rule: .missingValue)
            }
            for entry in entries {
                if entry.key.text.isEmpty { entry.key.report("a label without a name", help: "write `label: value`") }
                if let values = texts(entry.value, "the label's value") { labels[entry.key.text] = values }
            }
            return labels.count == entries.count && !entries.isEmpty && labels[""] == nil ? labels : nil
        } ?? nil
    }

    private static func globs(_ value: LocatedValue) -> [Glob]? {
        guard let values = value.oneOrMore("a pattern such as \"sensor-*\"") else { return nil }
        let globs = values.compactMap { value -> Glob? in
            guard let text = value.line("a pattern such as \"sensor-*\"", longest: 512) else { return nil }
            guard let glob = Glob(text) else {
                value.report(
                    "`\(text)` is not a pattern", help: "close the `[`, or write \\[ or \\\\ for the character itself")
                return nil
            }
            return glob
        }
        return globs.count == values.count ? globs : nil
    }

    /// Distinguished names. Nil, and reported, where one is none.
    static func issuers(_ value: LocatedValue) -> [DistinguishedNameText]? {
        let example = "a name such as \"CN=Example CA,O=Example\""
        guard let values = value.oneOrMore(example) else { return nil }
        let names = values.compactMap { value -> DistinguishedNameText? in
            guard let text = value.line(example, longest: 1024) else { return nil }
            guard RFC4514.split(text, at: ",").allSatisfy({ $0.contains("=") }) else {
                value.report("`\(text)` is not a distinguished name", help: "write \(example)")
                return nil
            }
            return DistinguishedNameText(text)
        }
        return names.count == values.count ? names : nil
    }
}
