import LocatedYAML
import Testing

@Suite("Messages")
struct RenderingTests {
    private func diagnostic(_ text: String, unknown: Int = 0) throws -> Diagnostic {
        let document = parse(text)
        _ = document.root?.mapping("the file") { _ = $0.optional("renewBefore") }
        return try #require(document.log.diagnostics.dropFirst(unknown).first)
    }

    @Test("A message shows place, line, carets under the mistake, and what would be right")
    func plain() throws {
        let rendered = try diagnostic("# a comment\nrenewBefor: 30d\n").rendered(color: false)
        #expect(
            rendered == """
                error: unknown key `renewBefor` in the file
                 --> test.yaml:2:1
                  |
                2 | renewBefor: 30d
                  | ^^^^^^^^^^ did you mean `renewBefore`?
                """)
    }

    @Test("Columns count characters, and carets stand right under wide ones")
    func wide() throws {
        let found = try diagnostic("{ renewBefore: \"e\u{301}日本\", typo: 1 }\n")
        #expect(found.column == 23)
        let lines = found.rendered(color: false).split(separator: "\n")
        #expect(lines[1].hasSuffix("test.yaml:1:23"))
        #expect(lines[4].hasPrefix("  | " + String(repeating: " ", count: 24) + "^^^^ "))
    }

    @Test("A long help stands on a line of its own")
    func longHelp() {
        let help = String(repeating: "word ", count: 20)
        let rendered = Diagnostic(file: "a", line: 1, column: 1, message: "m", help: help, sourceLine: "x").rendered(
            color: false)
        #expect(rendered.hasSuffix("\n  = help: \(help)"))
    }

    @Test("Control characters and direction overrides of a file never reach the terminal")
    func harmless() throws {
        let found = try diagnostic("\"\\e[31m\u{202E}x\": 1\n")
        let rendered = found.rendered(color: false)
        #expect(!rendered.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
        #expect(rendered.contains("\\u{1B}[31m"))
        #expect(!found.description.unicodeScalars.contains("\u{1B}"))
    }

    @Test(
        "Invisible characters of a file are spelled out, and carets still stand under the mistake",
        arguments: [
            ("\u{200B}ab", "\\u{200B}ab"), ("a\u{200D}b", "a\\u{200D}b"), ("a\u{FE0F}b", "a\\u{FE0F}b"),
            ("\u{E0041}x", "\\u{E0041}x"), ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
            ("\u{AD}e\u{301}", "\\u{AD}e\u{301}"),
        ])
    func invisible(key: String, shown: String) throws {
        let found = try diagnostic("{ renewBefore: \"日\u{200D}\u{202E}\", \(key): 1 }\n")
        let lines = found.rendered(color: false).split(separator: "\n").map(String.init)
        #expect(lines[0].contains("`\(shown)`"))
        let before = "{ renewBefore: \"日\\u{200D}\\u{202E}\", "
        #expect(lines[3] == "1 | \(before)\(shown): 1 }")
        // One character takes two columns.
        let margin = String(repeating: " ", count: before.count + 1)
        let carets = String(repeating: "^", count: shown.count)
        #expect(lines[4].hasPrefix("  | \(margin)\(carets) ") || lines[4] == "  | \(margin)\(carets)")
    }

    @Test(
        "A mistake at the end of a file is in its last line, for every reader",
        arguments: [
            ("a: [1\n", 1, 5), ("a: [1", 1, 5), ("a:\n  - {b: 1\n\n\n", 2, 9), ("a: \"x\n", 1, 5), ("a: 'x\n  y", 2, 3),
            ("a: [1\n# the end\n", 2, 9), ("a: [1\r\n", 1, 5), ("{", 1, 1), ("a: [\n\n  \n", 1, 4),
        ])
    func endOfFile(text: String, line: Int, column: Int) throws {
        let found = try #require(parse(text).log.diagnostics.first)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(found.line == line && found.column == column && found.length == 1, "\(found)")
        #expect(found.line <= lines.count && found.column <= max(1, lines[found.line - 1].count))
        let sarif = String(decoding: DiagnosticDocument.sarif([found], toolVersion: "1", rules: []), as: UTF8.self)
        #expect(sarif.contains("\"startLine\":\(line),\"startColumn\":\(column),\"endColumn\":\(column + 1)"))
    }

    @Test("Colour only paints: without its codes the text is the same")
    func color() throws {
        let found = try diagnostic("typo: 1\n")
        let painted = found.rendered(color: true)
        #expect(painted.contains("\u{1B}[1;31merror"))
        #expect(painted.replacing(try Regex("\u{1B}\\[[0-9;]*m"), with: "") == found.rendered(color: false))
    }

    @Test("Of a very long line the part around the mistake is shown, with the right column", .timeLimit(.minutes(10)))
    func longLine() throws {
        let filler = String(repeating: "x", count: 300_000)
        let found = try diagnostic("{ renewBefore: \(filler), typo: \(filler) }")
        #expect(found.column == 300_018)
        #expect(found.sourceLine.count < 200)
        let lines = found.rendered(color: false).split(separator: "\n").map(Array.init)
        let caret = try #require(lines.last?.firstIndex(of: "^"))
        // The line number before the bar is longer than the margin only by what stands in it: one digit.
        #expect(String(lines[lines.count - 2][caret..<(caret + 4)]) == "typo")
    }

    @Test("Thousands of mistakes in one line are told as fast as on lines of their own", .timeLimit(.minutes(10)))
    func crowdedLine() throws {
        let entries = (0..<20_000).map { "{é: x, issuanc\($0): 1}" }.joined(separator: ", ")
        let document = parse("[\(entries)]")
        for element in document.root?.list("entries") ?? [] {
            _ = element.mapping("the entry") { _ = $0.optional("é") }
        }
        #expect(document.log.diagnostics.count == DiagnosticLog.most + 1)
        let far = try #require(document.log.diagnostics.dropLast().last)
        #expect(far.message == "unknown key `issuanc999` in the entry")
        #expect(far.sourceLine.dropFirst(far.sourceColumn - 1).hasPrefix("issuanc999: 1}"))
        let line = "[\(entries)]"
        #expect(line.dropFirst(far.column - 1).hasPrefix("issuanc999: 1}"))
    }

    @Test("A mapping of very many keys of the user's own is read in a moment", .timeLimit(.minutes(10)))
    func manyOwnKeys() {
        let document = parse("{" + (0..<90_000).map { "k\($0): v" }.joined(separator: ", ") + "}")
        #expect(document.root?.mapping("the labels") { $0.anyEntries().count } == 90_000)
        #expect(document.told == [])
    }

    @Test("A value of a megabyte is quoted by its start", arguments: ["x", "e\u{301}\u{302}"])
    func longValue(letter: String) throws {
        let value = String(repeating: letter, count: 150_000)
        let document = parse("renewBefore: \(value)\n")
        _ = document.root?.mapping("the file") { $0.optional("renewBefore")?.timeSpan() }
        let found = try #require(document.log.diagnostics.first)
        #expect(found.message.hasPrefix("`\(letter)") && found.message.hasSuffix("…` is not a duration"))
        #expect(found.message.unicodeScalars.count < 120)
        #expect(found.rendered(color: false).unicodeScalars.count < 1000)
    }
}
