import LocatedYAML
import RotationModel

/// A rule whose keys may all be left out.
protocol StandardRule: SendableMetatype {
    /// As it is where its mapping says nothing.
    init()
}

/// A key of a mapping in policy files, described once: files are read by it, and the JSON Schema is written from it.
struct RuleKey<Rule>: Sendable {
    let name: String
    /// What it is for, what may stand there, and what it is where it is left out.
    let schema: SchemaNode
    /// Takes its value over. False, and reported, where that is wrong.
    let read: @Sendable (LocatedValue, inout Rule) -> Bool
}

extension MappingReader {
    /// Reads those keys that are there, in the order given, so that mistakes come in it.
    ///
    /// - Returns: The rule, and whether all that stands there was right.
    func rule<Rule: StandardRule>(_ keys: [RuleKey<Rule>]) -> (rule: Rule, isGood: Bool) {
        var rule = Rule()
        var isGood = true
        for key in keys {
            guard let value = optional(key.name) else { continue }
            if !key.read(value, &rule) { isGood = false }
        }
        return (rule, isGood)
    }
}

// MARK: - The kinds of values

extension RuleKey where Rule: StandardRule {
    typealias Path<Value> = any WritableKeyPath<Rule, Value> & Sendable

    /// A length of time: `30d`.
    static func duration(_ name: String, _ path: Path<TimeSpan>, _ about: String) -> RuleKey {
        RuleKey(name: name, schema: SchemaKind.duration(about, standard: Rule()[keyPath: path].description)) {
            take($0.timeSpan(), to: path, of: &$1)
        }
    }

    /// One of an enumeration's words.
    static func choice<Word: RawRepresentable & CaseIterable & Sendable>(
        _ name: String, _ path: Path<Word>, _ about: String
    ) -> RuleKey where Word.RawValue == String {
        RuleKey(name: name, schema: SchemaKind.choice(about, of: Word.self, standard: Rule()[keyPath: path])) {
            take($0.choice(of: Word.self, what: "action"), to: path, of: &$1)
        }
    }

    /// One of an enumeration's words, which nothing stands for where it is left out.
    static func choice<Word: RawRepresentable & CaseIterable & Sendable>(
        _ name: String, _ path: Path<Word?>, _ about: String
    ) -> RuleKey where Word.RawValue == String {
        RuleKey(name: name, schema: SchemaKind.choice(about, of: Word.self)) {
            take($0.choice(of: Word.self, what: "action").map(Optional.some), to: path, of: &$1)
        }
    }

    static func take<Value>(_ value: Value?, to path: Path<Value>, of rule: inout Rule) -> Bool {
        guard let value else { return false }
        rule[keyPath: path] = value
        return true
    }
}

extension LocatedValue {
    /// One of an enumeration's words.
    func choice<Choice: RawRepresentable & CaseIterable>(of: Choice.Type, what: String) -> Choice?
    where Choice.RawValue == String {
        choice(Choice.allCases.map { ($0.rawValue, $0) }, what: what)
    }
}

extension SchemaKind {
    /// A mapping that has these keys and no others.
    static func mapping<Rule>(_ about: String, _ keys: [RuleKey<Rule>]) -> SchemaNode {
        mapping(about, keys.map { ($0.name, $0.schema) })
    }
}
