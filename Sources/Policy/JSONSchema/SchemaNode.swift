/// A piece of a JSON document, with its members in the order given.
indirect enum SchemaNode: Sendable {
    case text(String)
    case number(Int)
    case truth(Bool)
    case list([SchemaNode])
    case object([(String, SchemaNode)])

    /// On lines of its own where it holds anything but words and numbers; as people would write it.
    func written(indent: Int = 0) -> String {
        let margin = String(repeating: "  ", count: indent + 1)
        let end = "\n" + String(repeating: "  ", count: indent)
        switch self {
        case .text(let text): return SchemaNode.quoted(text)
        case .number(let number): return String(number)
        case .truth(let truth): return truth ? "true" : "false"
        case .list(let elements):
            let written = elements.map { $0.written(indent: indent + 1) }
            if elements.allSatisfy(\.isPlain) { return "[" + written.joined(separator: ", ") + "]" }
            return "[\n" + written.map { margin + $0 }.joined(separator: ",\n") + end + "]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            return "{\n"
                + members.map { "\(margin)\(SchemaNode.quoted($0)): \($1.written(indent: indent + 1))" }
                .joined(separator: ",\n") + end + "}"
        }
    }

    private var isPlain: Bool {
        switch self {
        case .text, .number, .truth: true
        case .list, .object: false
        }
    }

    /// The schema's own words: no control characters among them.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
