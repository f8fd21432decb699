import Testing

@testable import Reports

@Suite("Tables")
struct TableTests {
    @Test("Columns are aligned, colours take no width, and no line ends in blanks")
    func aligns() {
        var table = Table([.right, .left, .left])
        table.add([Table.Cell("7"), Table.Cell("issue") { "<\($0)>" }, "now"])
        table.add([Table.Cell("120"), "request-csr", ""])
        #expect(table.text == "    7  <issue>        now\n  120  request-csr\n")
    }
}
