import LocatedYAML
import RotationModel
import Testing

@Suite("Files that are read")
struct FileTests {
    @Test(
        "A file that is no YAML at all is refused with one message that says why",
        arguments: [
            ([], "1:1: the file is empty"),
            (Array("# only a comment\n".utf8), "1:1: the file holds no values"),
            (Array(repeating: UInt8(ascii: "a"), count: SourceFile.longest + 1), "1:1: the file is larger than 1 MiB"),
            ([0xFF, 0xFE, 0x61, 0x00], "1:1: the file is UTF-16"),
            (Array("a: b\nc: ".utf8) + [0xC3, 0x28], "2:4: the byte at offset 8 is not UTF-8"),
            (Array("a: ".utf8) + [0x00], "1:4: there is a NUL byte at offset 3"),
            (Array("a: \u{1B}[31m".utf8), "1:4: the control character U+1B is not allowed"),
            (Array("a: b\n\tc: d\n".utf8), "2:1: a tab cannot indent or separate in YAML"),
            (Array("a: 1\n---\nb: 2\n".utf8), "2:1: a second document starts here"),
            (Array("a: *-sensor\n".utf8), "1:4: an unquoted `*` starts an alias in YAML"),
            (Array("a: b: c\n".utf8), "1:5: a colon is not expected here"),
            (Array("a: [1, 2\nb: 3\n".utf8), nil),
            (Array("a: \"never closed\n".utf8), nil),
            (Array("a: @x\n".utf8), "1:4: a text cannot start with `@`"),
            (Array(String(repeating: "[", count: 2000).utf8), nil),
        ] as [([UInt8], String?)])
    func refused(bytes: [UInt8], message: String?) {
        let document = parse(bytes: bytes)
        #expect(document.log.diagnostics.count == 1)
        #expect(document.log.hasErrors)
        if let message { #expect(document.told == [message]) }
        #expect(document.log.diagnostics.allSatisfy { $0.file == "test.yaml" && !$0.help.isEmpty })
    }

    @Test("A byte-order mark and Windows line ends change no place")
    func bomAndCRLF() throws {
        let document = parse("\u{FEFF}version: 1\r\nname: x\r\nunknown: 2\r\n")
        let root = try #require(document.root)
        let name = root.mapping("the file") { reader in
            _ = reader.required("version", like: "1")
            return reader.required("name", like: "x")?.text()
        }
        #expect(name == "x")
        #expect(document.told == ["3:1: unknown key `unknown` in the file"])
        #expect(document.log.diagnostics.first?.sourceLine == "unknown: 2")
    }

    @Test("Every key that stands twice is told, with the line of the first, and the rest of the file is still read")
    func duplicateKeys() throws {
        let document = parse("a: 1\nb: { x: 1, x: 2 }\na: 2\n\"q\": 1\n\"q\": 2\na: 3\n")
        #expect(
            Set(document.told) == [
                "2:12: the key `x` stands twice", "3:1: the key `a` stands twice", "5:1: the key `q` stands twice",
                "6:1: the key `a` stands twice",
            ])
        #expect(
            document.log.diagnostics.filter { $0.message.contains("`a`") }.allSatisfy { $0.help.contains("line 1") })
        let first = document.root?.mapping("the file") { $0.optional("a")?.integer(in: 0...9) }
        #expect(first == .some(1))
    }

    @Test(
        "Anchors, aliases and tags are refused at their place",
        arguments: [
            ("a: &x 1\nb: *x\n", "1:4"), ("a: !!binary aGk=\n", "1:4"), ("a: !custom { b: 1 }\n", "1:4"),
            ("a: !!str 1\n", "1:4"), ("a: !!str \"1\"\n", "1:4"), ("a: [x, ! y]\n", "1:8"),
            ("a: !!map { b: 1 }\n", "1:4"),
            ("a:\n  - !!seq [1]\n", "2:5"), ("!!str a: 1\n", "1:1"), ("a: !!null\n", "1:4"),
            ("&k a: 1\n", "1:1"),
        ])
    func foreign(text: String, place: String) {
        let document = parse(text)
        #expect(document.told.first?.hasPrefix("\(place): ") == true)
        #expect(document.log.hasErrors)
    }

    @Test("A file whose aliases would grow without end is refused before they are followed", .timeLimit(.minutes(10)))
    func aliasBomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            text +=
                "a\(level): &a\(level) [" + repeatElement("*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
        }
        text += "? *a30\n: 1\n? *a30\n: 2\n"
        #expect(parse(text).told == ["1:5: anchors and aliases (`&`, `*`) are not used in these files"])
    }

    @Test("Depth and number of values are bounded")
    func bounds() {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(parse("a: \(deep)").told == ["1:36: nested more than 32 levels deep"])
        let many = "a: [" + repeatElement("1", count: YAMLDocument.mostValues).joined(separator: ",") + "]"
        #expect(parse(many).log.diagnostics.map(\.message) == ["the file holds more than 100000 values"])
    }

    @Test("A thousand mistakes are told, and then that there are more")
    func manyMistakes() throws {
        let document = parse((0..<1500).map { "key\($0): 1\n" }.joined())
        _ = document.root?.mapping("the file") { _ in }
        #expect(document.log.diagnostics.count == DiagnosticLog.most + 1)
        #expect(document.log.diagnostics.last?.message.hasPrefix("more than 1000 mistakes") == true)
    }
}
