import Yams

/// From Yams' nodes to located values: bounded in depth and number, without anchors, aliases and tags.
final class YAMLConverter {
    private let log: DiagnosticLog
    private let originals: [String: String]
    private var values = 0

    static let anchorMessage = "anchors and aliases (`&`, `*`) are not used in these files"
    static let anchorHelp = "write the value out; a text that starts with & or * needs quotes"

    init(log: DiagnosticLog, originals: [String: String]) {
        self.log = log
        self.originals = originals
    }

    func convert(root: Node) -> LocatedValue {
        convert(root, name: "the file", depth: 0)
    }

    private func convert(_ node: Node, name: String, depth: Int) -> LocatedValue {
        let position = position(of: node)
        func value(_ content: LocatedValue.Content) -> LocatedValue {
            LocatedValue(name: name, position: position, content: content, log: log)
        }
        func refused(_ message: String, help: String) -> LocatedValue {
            let refused = value(.refused)
            refused.report(message, help: help, rule: .syntax)
            return refused
        }
        values += 1
        guard values <= YAMLDocument.mostValues else {
            if values > YAMLDocument.mostValues + 1 { return value(.refused) }
            return refused(
                "the file holds more than \(YAMLDocument.mostValues) values", help: "split it into several files")
        }
        guard depth <= YAMLDocument.deepest else {
            return refused("nested more than \(YAMLDocument.deepest) levels deep", help: "no value here is that deep")
        }
        if node.anchor != nil { return refused(YAMLConverter.anchorMessage, help: YAMLConverter.anchorHelp) }
        if let tag = tag(at: position) {
            return refused(
                "tags such as `\(tag)` are not used in these files", help: "remove it: every value is read as it stands"
            )
        }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain
            if isPlain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) { return value(.nothing) }
            return value(.scalar(restored(scalar.string), isQuoted: !isPlain))
        case .sequence(let sequence):
            return value(.sequence(sequence.map { convert($0, name: name, depth: depth + 1) }))
        case .mapping(let mapping):
            return value(.mapping(entries(of: mapping, depth: depth)))
        case .alias:
            return refused(YAMLConverter.anchorMessage, help: YAMLConverter.anchorHelp)
        }
    }

    private func entries(of mapping: Node.Mapping, depth: Int) -> [LocatedValue.Entry] {
        var entries: [LocatedValue.Entry] = []
        var seen: [String: SourcePosition] = [:]
        for (keyNode, valueNode) in mapping {
            let position = position(of: keyNode)
            guard case .scalar(let scalar) = keyNode, keyNode.anchor == nil, tag(at: position) == nil else {
                log.report(
                    at: position, length: 1, "a key must be plain text",
                    help: "quote it if it starts with one of [ { & * ? !", rule: .syntax)
                continue
            }
            let key = LocatedKey(text: restored(scalar.string), position: position, log: log)
            if let first = seen[key.text] {
                key.report(
                    "the key `\(key.text)` stands twice", help: "the first one is in line \(first.line): keep one",
                    rule: .duplicateKey)
                continue
            }
            seen[key.text] = position
            entries.append(.init(key: key, value: convert(valueNode, name: key.text, depth: depth + 1)))
        }
        return entries
    }

    private func restored(_ text: String) -> String { originals[text] ?? text }

    private func position(of node: Node) -> SourcePosition {
        node.mark.map { SourcePosition(line: $0.line, column: $0.column) } ?? .start
    }

    /// The tag that a value starts with. Nothing else that is not in quotes can start with `!`.
    private func tag(at position: SourcePosition) -> String? {
        let rest = log.source.rest(at: position)
        guard rest.first == "!" else { return nil }
        return String(rest.prefix(64).prefix { $0 != " " && $0 != "\t" })
    }
}
