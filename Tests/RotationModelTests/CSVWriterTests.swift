import RotationModel
import Testing

@Suite("CSV")
struct CSVWriterTests {
    private func line(_ reader: CSVWriter.Reader, _ field: String) -> String {
        var csv = CSVWriter(for: reader)
        csv.text(field)
        csv.value("-5")
        csv.endRow()
        return String(decoding: csv.bytes, as: UTF8.self)
    }

    @Test(
        "A field is quoted where it has to be, and only there; rows end as RFC 4180 wants it",
        arguments: [
            ("plain", "plain"), ("", ""), ("a b", "a b"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""),
            ("\"", "\"\"\"\""), ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""), ("a\r\nb", "\"a\r\nb\""), ("ä;'", "ä;'"),
            ("=1+1", "=1+1"), ("\u{202E}x", "\u{202E}x"),
        ])
    func programs(_ field: String, _ quoted: String) {
        #expect(Array(line(.programs, field).utf8) == Array("\(quoted),-5\r\n".utf8))
    }

    @Test(
        "For people no text starts a formula, in whatever spreadsheet, and numbers stay numbers",
        arguments: [
            ("=1+1", "'=1+1"), ("+cmd|1", "'+cmd|1"), ("-rf", "'-rf"), ("@SUM(A1)", "'@SUM(A1)"),
            ("=HYPERLINK(\"x\",\"go\")", "\"'=HYPERLINK(\"\"x\"\",\"\"go\"\")\""),
            ("\tx", "' x"), ("\rx", "'\\u{D}x"), ("\nx", "'\\u{A}x"), (" =x", "' =x"), ("\u{A0}=x", "'\u{A0}=x"),
            ("\u{3000}@x", "'\u{3000}@x"), ("\"=x", "\"'\"\"=x\""), ("＝x", "'＝x"), ("＋x", "'＋x"), ("－x", "'－x"),
            ("＠x", "'＠x"), ("a;=x", "a;'=x"), ("a; -x", "a;' -x"), ("\u{200B}=x", "\\u{200B}=x"),
            ("sensor-7", "sensor-7"), ("a=b", "a=b"), ("x@y", "x@y"), ("", ""), ("'=x", "'=x"), ("|calc", "|calc"),
        ])
    func people(_ field: String, _ shown: String) {
        #expect(Array(line(.people, field).utf8) == Array("\(shown),-5\r\n".utf8))
    }

    @Test("An empty text is told from none by its quotes")
    func empty() {
        var csv = CSVWriter(for: .programs)
        csv.quoted("")
        csv.text("")
        csv.endRow()
        #expect(csv.bytes == Array("\"\",\r\n".utf8))
    }
}
