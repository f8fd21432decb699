extension Diagnostic {
    /// What kind of mistake a message is about, for programs that count, sort or silence messages. Rules are never renamed.
    package struct Rule: Sendable, Hashable {
        package let id: String
        /// In a sentence without a full stop.
        package let meaning: String
        /// A coarser word: ``mistake``, or that of the rule.
        package let kind: String

        package init(_ id: String, _ meaning: String, kind: String = Rule.mistake) {
            (self.id, self.meaning, self.kind) = (id, meaning, kind)
        }

        /// The kind of whatever is wrong in a file by itself.
        package static let mistake = "mistake"
    }
}

// What can be wrong with any file.
extension Diagnostic.Rule {
    package static let unreadable = Diagnostic.Rule("unreadable", "The file is empty, too large, or no text in UTF-8")
    package static let syntax = Diagnostic.Rule(
        "syntax", "This is not YAML, or a part of YAML that these files do without")
    package static let duplicateKey = Diagnostic.Rule("duplicate-key", "A key stands twice in one mapping")
    package static let unknownKey = Diagnostic.Rule("unknown-key", "The format has no such key here")
    package static let missingKey = Diagnostic.Rule("missing-key", "A key that must be there is missing")
    package static let missingValue = Diagnostic.Rule("missing-value", "A key without a value, or with an empty one")
    package static let wrongType = Diagnostic.Rule(
        "wrong-type", "A value is text, a list or a mapping and should be another")
    package static let unknownWord = Diagnostic.Rule("unknown-word", "A word is not one of those that can stand here")
    package static let badValue = Diagnostic.Rule("bad-value", "A value cannot be read, or is out of range")
    package static let tooMany = Diagnostic.Rule("too-many-mistakes", "The file has more mistakes than are told")

    package static let ofReading: [Diagnostic.Rule] = [
        unreadable, syntax, duplicateKey, unknownKey, missingKey, missingValue, wrongType, unknownWord, badValue,
        tooMany,
    ]
}
