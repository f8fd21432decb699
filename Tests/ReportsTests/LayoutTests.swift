import Basics
import Testing

@testable import Reports

@Suite("Columns, colours, progress")
struct LayoutTests {
    @Test("Columns are as wide as their widest cell, and lines have no trailing blanks")
    func table() {
        var table = Table([.left, .right, .left])
        #expect(table.isEmpty && table.text == "")
        table.add(["a", "1", "x"])
        table.add(["long", "1000", ""])
        table.add(["", "", "yy"])
        #expect(table.text == "  a        1  x\n  long  1000\n              yy\n")
        #expect(!table.isEmpty)
    }

    @Test("Colours take no width, and an indent is as asked")
    func paintedTable() {
        let style = Style(isColoured: true)
        var table = Table([.left, .right], indent: 0)
        table.addHeader(["A", "BB"], style)
        table.add([Table.Cell("ccc", style.red), "1"])
        #expect(table.text == "\u{1B}[2mA\u{1B}[0m    \u{1B}[2mBB\u{1B}[0m\n\u{1B}[31mccc\u{1B}[0m   1\n")
        #expect(uncoloured(table.text) == "A    BB\nccc   1\n")
    }

    @Test("A style without colours gives text back as it is, and nothing is never coloured")
    func style() {
        let coloured = Style(isColoured: true)
        for (name, paint) in [
            ("1", coloured.bold), ("2", coloured.dim), ("31", coloured.red), ("32", coloured.green),
            ("33", coloured.yellow),
        ] {
            #expect(paint("x") == "\u{1B}[\(name)mx\u{1B}[0m")
            #expect(paint("") == "")
        }
        for paint in [Style.plain.bold, Style.plain.dim, Style.plain.red, Style.plain.green, Style.plain.yellow] {
            #expect(paint("x") == "x")
        }
    }

    @Test("One thing is counted in the singular")
    func counting() {
        #expect([0, 1, 2].map { counted($0, "device") } == ["0 devices", "1 device", "2 devices"])
        #expect(counted(2, "entry", plural: "entries") == "2 entries")
        #expect(counted(1, "entry", plural: "entries") == "1 entry")
    }

    @Test(
        "Progress says how far it is, how fast, and how long it still takes",
        arguments: [
            (12_000, 20_000, 2.0, "issue: 12000 of 20000, 6000/s, 2 s left"),
            (100, 10_000, 1.0, "issue: 100 of 10000, 100/s, 1 min 40 s left"),
            (20_000, 20_000, 4.0, "issue: 20000 of 20000, 5000/s"), (0, 10, 0.0, "issue: 0 of 10, 0/s"),
            (0, 10, 3.0, "issue: 0 of 10, 0/s"), (70, nil, 10.0, "issue: 70, 7/s"), (0, 0, 1.0, "issue: 0 of 0, 0/s"),
        ] as [(Int, Int?, Double, String)])
    func progress(_ done: Int, _ total: Int?, _ seconds: Double, _ text: String) {
        #expect(ProgressLine(stage: "issue", done: done, total: total, elapsed: .seconds(seconds)).text == text)
    }

    @Test(
        "The bar has 24 columns and fills as the work goes on",
        arguments: [(0, 0), (1, 2), (6, 12), (11, 22), (12, 24), (15, 24)])
    func bar(_ done: Int, _ filled: Int) {
        let line = ProgressLine(stage: "issue", done: done, total: 12, elapsed: .seconds(1))
        let bar = "[" + String(repeating: "█", count: filled) + String(repeating: "·", count: 24 - filled) + "] "
        #expect(line.bar == bar + line.text)
    }

    @Test(
        "Where only a share is known, that tells the time left and fills the bar",
        arguments: [
            (0.25, 10.0, 6, "import: 500, 50/s, 31 s left"), (1.0, 10.0, 24, "import: 500, 50/s"),
            (0.0, 10.0, 0, "import: 500, 50/s"), (1.5, 10.0, 24, "import: 500, 50/s"),
        ])
    func share(_ share: Double, _ seconds: Double, _ filled: Int, _ text: String) {
        let line = ProgressLine(stage: "import", done: 500, total: nil, share: share, elapsed: .seconds(seconds))
        #expect(line.text == text)
        let bar = "[" + String(repeating: "█", count: filled) + String(repeating: "·", count: 24 - filled) + "] "
        #expect(line.bar == bar + text)
    }

    @Test("What has no total has no bar", arguments: [nil, 0] as [Int?])
    func noBar(_ total: Int?) {
        let line = ProgressLine(stage: "recover", done: 3, total: total, elapsed: .seconds(1))
        #expect(line.bar == line.text)
    }
}
