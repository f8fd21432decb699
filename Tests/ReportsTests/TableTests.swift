import Testing

@testable import Reports

@Suite("Tables")
struct TableTests {
    @Test("A name cannot drive the terminal or forge a line, and wide characters take two columns")
    func harmless() {
        var table = Table([.left, .left])
        table.add([Table.Cell("a\u{1B}[2J\nb"), "x"])
        table.add([Table.Cell("日本"), "y"])
        #expect(table.text == "  a\\u{1B}[2J\\u{A}b  x\n  日本              y\n")
    }

    @Test("Columns are aligned, colours take no width, and no line ends in blanks")
    func aligns() {
        var table = Table([.right, .left, .left])
        table.add([Table.Cell("7"), Table.Cell("issue") { "<\($0)>" }, "now"])
        table.add([Table.Cell("120"), "request-csr", ""])
        #expect(table.text == "    7  <issue>        now\n  120  request-csr\n")
    }
}
