import Foundation
import LocatedYAML
import Testing

@Suite("Messages for programs")
struct DiagnosticDocumentTests {
    private let found = [
        Diagnostic(
            file: "policies/a b.yaml", line: 3, column: 7, length: 4, message: "unknown key `nmae`",
            help: "did you mean `name`?", sourceLine: "    - nmae: x\u{1B}", rule: .unknownKey),
        Diagnostic(.warning, file: "/etc/x.yaml", line: 9, message: "odd", rule: DiagnosticDocumentTests.odd),
    ]

    private static let odd = Diagnostic.Rule("equal-priority", "Equal", kind: "equal-priority")

    private func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test("JSON has every field of every message, and counts")
    func json() throws {
        let document = try object(DiagnosticDocument.json(found))
        #expect(document["errors"] as? Int == 1)
        #expect(document["warnings"] as? Int == 1)
        let first = try #require((document["diagnostics"] as? [[String: Any]])?.first)
        #expect(first["severity"] as? String == "error")
        #expect(first["kind"] as? String == "mistake")
        #expect(first["rule"] as? String == "unknown-key")
        #expect(first["file"] as? String == "policies/a b.yaml")
        #expect(first["line"] as? Int == 3)
        #expect(first["column"] as? Int == 7)
        #expect(first["length"] as? Int == 4)
        #expect(first["text"] as? String == "    - nmae: x\u{1B}")
    }

    @Test("SARIF names a rule, a level and a region for each")
    func sarif() throws {
        let document = try object(
            DiagnosticDocument.sarif(
                found, toolVersion: "1.2.3", rules: [.syntax, .unknownKey, DiagnosticDocumentTests.odd]))
        #expect(document["version"] as? String == "2.1.0")
        let run = try #require((document["runs"] as? [[String: Any]])?.first)
        let results = try #require(run["results"] as? [[String: Any]])
        #expect(results.map { $0["level"] as? String } == ["error", "warning"])
        #expect(results.map { $0["ruleId"] as? String } == ["unknown-key", "equal-priority"])
        #expect(results.map { $0["ruleIndex"] as? Int } == [1, 2])
        let places = results.compactMap { result -> [String: Any]? in
            (result["locations"] as? [[String: Any]])?.first?["physicalLocation"] as? [String: Any]
        }
        #expect(
            places.map { ($0["artifactLocation"] as? [String: Any])?["uri"] as? String } == [
                "policies/a%20b.yaml", "file:///etc/x.yaml",
            ])
        let region = try #require(places.first?["region"] as? [String: Int])
        #expect(region == ["startLine": 3, "startColumn": 7, "endColumn": 11])
    }

    @Test("A message about a line points at its first word, past the dash, without the comment")
    func line() {
        let file = SourceFile(path: "a.yaml", bytes: Array("\u{FEFF}x:\r\n  - name: abc   # why\r\n".utf8))
        let found = LinePointer(file).diagnostic(
            .warning, line: 2, "odd", help: "do", rule: DiagnosticDocumentTests.odd)
        #expect((found.line, found.column, found.length) == (2, 5, 9))
        #expect(found.sourceLine == "  - name: abc   # why")
        #expect(found.rule.id == "equal-priority")
        let past = LinePointer(file).diagnostic(.error, line: 99, "odd", help: "", rule: DiagnosticDocumentTests.odd)
        #expect(past.line == 2 && past.sourceLine == found.sourceLine)
    }
}
