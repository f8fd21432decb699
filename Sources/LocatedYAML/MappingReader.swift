/// Reads a mapping by its known keys, and reports the others when it is done.
package final class MappingReader {
    package let value: LocatedValue
    private let what: String
    private let entries: [LocatedValue.Entry]
    private var known: [String] = []
    /// Keys that must be there and are not, with what to write.
    private var missing: [(key: String, expected: String)] = []
    /// Whether the keys are the user's own words, so that none of them is unknown.
    private var takesAny = false

    init(_ value: LocatedValue, entries: [LocatedValue.Entry], what: String) {
        self.value = value
        self.entries = entries
        self.what = what
    }

    /// The value of a key that may be left out; nil where it is.
    package func optional(_ key: String) -> LocatedValue? {
        if !known.contains(key) { known.append(key) }
        return entries.first { $0.key.text == key }?.value
    }

    /// The value of a key that must be there; nil, and reported, where it is not.
    ///
    /// - Parameter expected: what to write, for the message: ``90d``.
    package func required(_ key: String, like expected: String) -> LocatedValue? {
        if let found = optional(key) { return found }
        missing.append((key, expected))
        return nil
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// All entries, for mappings whose keys are the user's own words; none of them is unknown then.
    package func anyEntries() -> [LocatedValue.Entry] {
        takesAny = true
        return entries
    }

    /// Once every known key was asked for: the keys that nobody asked for, and those that are missing. Where the one was meant to be
    /// the other, it is one mistake.
    func reportKeys() {
        if value.log.isFull { return }
        let meant = takesAny ? [] : reportUnknownKeys()
        for (key, expected) in missing where !meant.contains(key) {
            value.report("\(what) has no `\(key)`", help: "add `\(key): \(expected)`", rule: .missingKey)
        }
    }

    /// - Returns: the known keys that were suggested.
    private func reportUnknownKeys() -> Set<String> {
        let unknown = entries.filter { !known.contains($0.key.text) }
        guard !unknown.isEmpty else { return [] }
        let present = Set(entries.map(\.key.text))
        let absent = known.filter { !present.contains($0) }
        var meant: Set<String> = []
        for entry in unknown {
            if value.log.isFull { break }
            let nearest =
                Synonyms.known(for: entry.key.text, among: absent)
                ?? Suggestion.nearest(to: entry.key.text, among: absent)
            if let nearest { meant.insert(nearest) }
            entry.key.report(
                "unknown key `\(entry.key.text)` in \(what)",
                help: nearest.map { "did you mean `\($0)`?" } ?? help(for: entry.key.text, absent: absent),
                rule: .unknownKey)
        }
        return meant
    }

    /// A key that is there already is never what was meant.
    private func help(for key: String, absent: [String]) -> String {
        if let twin = Suggestion.nearest(to: key, among: known) { return "remove it: `\(twin)` is there already" }
        return absent.isEmpty ? "remove it" : Suggestion.help(for: key, among: absent)
    }
}

extension LocatedValue {
    /// Reads a mapping's keys; what `body` does not ask for is then reported as unknown.
    ///
    /// - Parameter what: whose keys these are, for messages: `the policy`.
    /// - Returns: nil, and reported, where this is no mapping.
    package func mapping<Result>(_ what: String, _ body: (MappingReader) -> Result) -> Result? {
        switch content {
        case .mapping(let entries):
            let reader = MappingReader(self, entries: entries, what: what)
            let result = body(reader)
            reader.reportKeys()
            return result
        case .refused: return nil
        case .nothing: report("`\(name)` has no value", help: "give it keys, or remove it", rule: .missingValue)
        case .scalar:
            report("\(what) must be a mapping of keys", help: "write `key: value` lines below it", rule: .wrongType)
        case .sequence:
            let isInBrackets = log.source.rest(at: position).first == "["
            report(
                "\(what) must be a mapping of keys, and this is a list",
                help: isInBrackets ? "write it in braces: { key: value }" : "remove the dash", rule: .wrongType)
        }
        return nil
    }

    /// The elements of a list. Nil, and reported, where this is none.
    package func list(_ expected: String) -> [LocatedValue]? {
        switch content {
        case .sequence(let elements): return elements
        case .refused: return nil
        case .nothing:
            report("`\(name)` has no value", help: "write a list of \(expected), or remove it", rule: .missingValue)
        case .scalar, .mapping:
            report("`\(name)` must be a list", help: "write a list of \(expected), each after a dash", rule: .wrongType)
        }
        return nil
    }

    /// The elements of a list, or the one value that stands for a list of one. An empty list is reported.
    package func oneOrMore(_ expected: String) -> [LocatedValue]? {
        switch content {
        case .sequence(let elements):
            if elements.isEmpty {
                report("`\(name)` is an empty list", help: "write \(expected), or remove it", rule: .missingValue)
            }
            return elements.isEmpty ? nil : elements
        case .refused: return nil
        case .nothing:
            report("`\(name)` has no value", help: "write \(expected), or remove it", rule: .missingValue)
            return nil
        case .scalar, .mapping: return [self]
        }
    }
}
