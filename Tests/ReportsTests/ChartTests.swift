import RotationModel
import Testing

@testable import Reports

@Suite("Charts")
struct ChartTests {
    @Test(
        "An axis ends at a round number that is not below the largest value, in few round steps",
        arguments: [
            (0, [0, 1]), (1, [0, 1]), (3, [0, 1, 2, 3]), (4, [0, 1, 2, 3, 4]), (5, [0, 2, 4, 6]),
            (20, [0, 5, 10, 15, 20]),
            (21, [0, 10, 20, 30]), (99, [0, 50, 100]), (101, [0, 50, 100, 150]),
            (1_000_000, [0, 500_000, 1_000_000]), (123_456, [0, 50_000, 100_000, 150_000]),
        ])
    func scale(_ largest: Int, _ ticks: [Int]) {
        #expect(NiceScale(upTo: largest).ticks == ticks)
    }

    @Test("Every axis reaches its largest value and wastes less than half", arguments: 1...600)
    func everyScale(_ root: Int) {
        let largest = root * root * root
        let scale = NiceScale(upTo: largest)
        #expect(scale.top >= largest && scale.ticks.count <= 5)
        #expect(largest < 3 || scale.top < 2 * largest)
        #expect(scale.share(of: scale.top) == 1 && scale.share(of: 0) == 0)
    }

    @Test(
        "An axis says large numbers in few letters",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1k"), (1500, "1.5k"), (20_000, "20k"), (1_000_000, "1M"),
            (2_500_000, "2.5M"),
            (3_000_000_000, "3G"),
        ])
    func short(_ value: Int, _ text: String) {
        #expect(NiceScale.short(value) == text)
    }

    @Test("Labels: few enough, and the year where it is new, below one that a phone shows too")
    func labels() {
        let weeks = (0..<52).map { Fixture.now + .days(Int64($0) * 7) }
        let labels = ChartFrame.labels(weeks, most: 13) { Double($0) / 52 }
        #expect(labels.count == 13)
        #expect(labels.first?.text == "1 Dec")
        #expect(labels.filter { !$0.isMinor }.count == 5)
        let years = labels.compactMap(\.year)
        #expect(years.map(\.text) == ["2026", "2027", "2027"] && years.map(\.width) == ["", "minor", "phone"])
        #expect(labels.allSatisfy { !$0.isMinor || $0.year == nil || $0.year?.width == "minor" })
        #expect(ChartFrame.labels([], most: 13) { _ in 0 }.isEmpty)
    }

    @Test(
        "Numbers in the drawing have two decimals at most",
        arguments: [
            (0.0, "0"), (1.5, "1.50"), (2.004, "2"), (2.006, "2.01"), (99.999, "100"), (1 / 3.0, "0.33"),
            (-8.25, "-8.25"),
        ])
    func decimals(_ number: Double, _ text: String) {
        #expect(ChartFrame.pixels(number) == text)
    }

    private func bars(_ values: [Int]) -> String {
        BarChart(
            id: "c", title: "What <is> shown", description: "A sentence & more", unit: "Things",
            bars: values.enumerated().map { BarChart.Bar(value: $1, name: "week \($0)", isAlarming: $0 == 0) },
            labels: []
        ).html.markup
    }

    @Test("A bar chart says to screen readers what it shows, and has its numbers as a table")
    func barChart() {
        let markup = bars([1, 0, 1000])
        #expect(markup.contains("role=\"img\" aria-labelledby=\"c-chart-title c-chart-text\""))
        #expect(markup.contains("<title id=\"c-chart-title\">What &lt;is&gt; shown</title>"))
        #expect(markup.contains("<desc id=\"c-chart-text\">A sentence &amp; more</desc>"))
        #expect(markup.contains("<title>week 2: 1,000</title>"))
        #expect(markup.contains("<data value=\"1000\">1,000</data>"))
        // The largest is as high as the axis; nothing has no height; one of a thousand is still seen.
        #expect(markup.contains("class=\"bar\" x=\"70.67%\" y=\"14\" width=\"25.33%\" height=\"180\""))
        #expect(markup.contains("y=\"194\" width=\"25.33%\" height=\"0\""))
        #expect(markup.contains("class=\"bar alarm\"") && markup.contains("height=\"1.50\""))
    }

    @Test(
        "A bar of what is late that would press the others flat is cut off, and says how high it is",
        arguments: [(20, 10, false), (21, 10, true), (500, 0, false)])
    func cut(_ late: Int, _ usual: Int, _ isCut: Bool) {
        let chart = BarChart(
            id: "c", title: "t", description: "d", unit: "Things",
            bars: [
                BarChart.Bar(value: late, name: "late", isAlarming: true), BarChart.Bar(value: usual, name: "week"),
            ], labels: [])
        #expect(chart.isCut == isCut)
        #expect(chart.html.markup.contains("y=\"10\">\(late)</text>") == isCut)
        #expect(chart.frame.scale.top == (isCut ? usual : NiceScale(upTo: late).top))
    }

    private func curve(limit: Int?) -> Curve {
        Curve(
            id: "c", title: "t", description: "d", points: [5, 10, 0].map { Curve.Point(value: $0, name: "day") },
            labels: [], limit: limit.map { ($0, "limits.issue") }, peak: 1)
    }

    @Test(
        "A limit near the curve is drawn and makes the axis reach it; one far above is not",
        arguments: [(12, true), (30, true), (31, false)])
    func limit(_ limit: Int, _ isDrawn: Bool) {
        let curve = curve(limit: limit)
        #expect(curve.html.markup.contains("class=\"limit\"") == isDrawn)
        #expect((curve.frame.scale.top >= limit) == isDrawn)
        #expect(curve.html.markup.contains("<circle class=\"peak\" cx=\"50%\""))
    }

    @Test("A curve's corners stand in the middles of its days")
    func corners() {
        let markup = curve(limit: nil).html.markup
        #expect(markup.contains("<polyline class=\"curve\" points=\"166.67,104 500,14 833.33,194\"/>"), "\(markup)")
    }
}
