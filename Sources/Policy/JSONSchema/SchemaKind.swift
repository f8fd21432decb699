/// The kinds of values that policy files have, as JSON Schema sees them. YAML takes what looks like a number for one, and the
/// readers of policy files take a text as it stands: where a text may stand, a number and a truth value may.
enum SchemaKind {
    static let scalars = SchemaNode.list([.text("string"), .text("number"), .text("boolean")])

    static func text(_ about: String, pattern: String? = nil, examples: [String] = []) -> SchemaNode {
        var members: [(String, SchemaNode)] = [("description", .text(about)), ("type", scalars)]
        if let pattern { members.append(("pattern", .text(pattern))) }
        if !examples.isEmpty { members.append(("examples", .list(examples.map { .text($0) }))) }
        return .object(members)
    }

    static func duration(_ about: String, standard: String? = nil) -> SchemaNode {
        string(about, pattern: "^[0-9]+[wdhms]$", standard: standard)
    }

    static func share(_ about: String, standard: String? = nil) -> SchemaNode {
        string(about, pattern: sharePattern, standard: standard)
    }

    static func durationOrShare(_ about: String, standard: String? = nil) -> SchemaNode {
        string(about, pattern: "^([0-9]+[wdhms]|[0-9]{1,3}(\\.[0-9]{1,4})?%)$", standard: standard)
    }

    static let sharePattern = "^[0-9]{1,3}(\\.[0-9]{1,4})?%$"

    static func string(_ about: String, pattern: String, standard: String? = nil) -> SchemaNode {
        var members: [(String, SchemaNode)] = [
            ("description", .text(about)), ("type", .text("string")), ("pattern", .text(pattern)),
        ]
        if let standard { members.append(("default", .text(standard))) }
        return .object(members)
    }

    static func integer(_ about: String, _ range: ClosedRange<Int>, standard: Int? = nil) -> SchemaNode {
        var members: [(String, SchemaNode)] = [
            ("description", .text(about)), ("type", .text("integer")), ("minimum", .number(range.lowerBound)),
            ("maximum", .number(range.upperBound)),
        ]
        if let standard { members.append(("default", .number(standard))) }
        return .object(members)
    }

    static func choice(_ about: String, _ words: [String], standard: String? = nil) -> SchemaNode {
        var members: [(String, SchemaNode)] = [
            ("description", .text(about)), ("enum", .list(words.map { .text($0) })),
        ]
        if let standard { members.append(("default", .text(standard))) }
        return .object(members)
    }

    /// One of some words, which an editor offers, or another text of a form.
    static func wordOrPattern(_ words: [String], pattern: String, about: String? = nil) -> SchemaNode {
        let choices: [SchemaNode] = [
            .object([("enum", .list(words.map { .text($0) }))]),
            .object([("type", .text("string")), ("pattern", .text(pattern))]),
        ]
        return .object((about.map { [("description", .text($0))] } ?? []) + [("anyOf", .list(choices))])
    }

    static func choice<Word: RawRepresentable & CaseIterable>(
        _ about: String, of: Word.Type, standard: Word? = nil
    ) -> SchemaNode where Word.RawValue == String {
        choice(about, Word.allCases.map(\.rawValue), standard: standard?.rawValue)
    }

    /// The readers take `true` with and without quotes.
    static func truth(_ about: String, onlyTrue: Bool = false) -> SchemaNode {
        .object([
            ("description", .text(about)),
            (
                "enum",
                .list(
                    onlyTrue
                        ? [.truth(true), .text("true")] : [.truth(true), .truth(false), .text("true"), .text("false")])
            ),
        ])
    }

    static func list(_ about: String, of element: SchemaNode, isEmptyAllowed: Bool = true) -> SchemaNode {
        var members: [(String, SchemaNode)] = [
            ("description", .text(about)), ("type", .text("array")), ("items", element),
        ]
        if !isEmptyAllowed { members.append(("minItems", .number(1))) }
        return .object(members)
    }

    /// One value, or a list of them.
    static func oneOrMore(_ about: String, of element: SchemaNode, isEmptyAllowed: Bool = false) -> SchemaNode {
        var list: [(String, SchemaNode)] = [("type", .text("array")), ("items", element)]
        if !isEmptyAllowed { list.append(("minItems", .number(1))) }
        return .object([("description", .text(about)), ("anyOf", .list([element, .object(list)]))])
    }

    /// A mapping that has no other keys than these.
    static func mapping(
        _ about: String, _ properties: [(String, SchemaNode)], required: [String] = [], isEmptyAllowed: Bool = true,
        mayBeNothing: Bool = false
    ) -> SchemaNode {
        var members: [(String, SchemaNode)] = [
            ("description", .text(about)),
            ("type", mayBeNothing ? .list([.text("object"), .text("null")]) : .text("object")),
        ]
        if !required.isEmpty { members.append(("required", .list(required.map { .text($0) }))) }
        if !isEmptyAllowed { members.append(("minProperties", .number(1))) }
        members.append(("additionalProperties", .truth(false)))
        members.append(("properties", .object(properties)))
        return .object(members)
    }

    /// A mapping whose keys are the user's own.
    static func dictionary(_ about: String, of element: SchemaNode, isEmptyAllowed: Bool = false) -> SchemaNode {
        var members: [(String, SchemaNode)] = [
            ("description", .text(about)), ("type", .text("object")), ("additionalProperties", element),
        ]
        if !isEmptyAllowed { members.append(("minProperties", .number(1))) }
        return .object(members)
    }
}
