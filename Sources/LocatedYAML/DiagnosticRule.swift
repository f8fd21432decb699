extension Diagnostic {
    /// What kind of mistake a message is about, for programs that count, sort or silence messages. Rules are never renamed.
    public struct Rule: Sendable, Hashable {
        public let id: String
        /// In a sentence without a full stop.
        public let meaning: String
        /// A coarser word: ``mistake``, or that of the rule.
        public let kind: String

        public init(_ id: String, _ meaning: String, kind: String = Rule.mistake) {
            (self.id, self.meaning, self.kind) = (id, meaning, kind)
        }

        /// The kind of whatever is wrong in a file by itself.
        public static let mistake = "mistake"
    }
}

// What can be wrong with any file.
extension Diagnostic.Rule {
    public static let unreadable = Diagnostic.Rule("unreadable", "The file is empty, too large, or no text in UTF-8")
    public static let syntax = Diagnostic.Rule(
        "syntax", "This is not YAML, or a part of YAML that these files do without")
    public static let duplicateKey = Diagnostic.Rule("duplicate-key", "A key stands twice in one mapping")
    public static let unknownKey = Diagnostic.Rule("unknown-key", "The format has no such key here")
    public static let missingKey = Diagnostic.Rule("missing-key", "A key that must be there is missing")
    public static let missingValue = Diagnostic.Rule("missing-value", "A key without a value, or with an empty one")
    public static let wrongType = Diagnostic.Rule(
        "wrong-type", "A value is text, a list or a mapping and should be another")
    public static let unknownWord = Diagnostic.Rule("unknown-word", "A word is not one of those that can stand here")
    public static let badValue = Diagnostic.Rule("bad-value", "A value cannot be read, or is out of range")
    public static let tooMany = Diagnostic.Rule("too-many-mistakes", "The file has more mistakes than are told")

    public static let ofReading: [Diagnostic.Rule] = [
        unreadable, syntax, duplicateKey, unknownKey, missingKey, missingValue, wrongType, unknownWord, badValue,
        tooMany,
    ]
}
