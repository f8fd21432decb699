/// Counts as bars, one a step of time.
struct BarChart {
    struct Bar {
        let value: Int
        /// What it counts, for who points at it and for the table of numbers: `2026-12-01 to 2026-12-07`.
        let name: String
        /// Whether it stands out: what it counts is late.
        var isAlarming = false
    }

    let frame: ChartFrame
    let bars: [Bar]
    let labels: [ChartFrame.Label]
    /// What the bars count, as the heading of a table's column.
    let unit: String

    init(id: String, title: String, description: String, unit: String, bars: [Bar], labels: [ChartFrame.Label]) {
        frame = ChartFrame(
            id: id, title: title, description: description, scale: NiceScale(upTo: BarChart.reach(of: bars)))
        (self.bars, self.labels, self.unit) = (bars, labels, unit)
    }

    /// What the axis reaches. An alarming bar that is far higher than all others is cut off: it would press them flat.
    private static func reach(of bars: [Bar]) -> Int {
        let usual = bars.lazy.filter { !$0.isAlarming }.map(\.value).max() ?? 0
        let largest = bars.map(\.value).max() ?? 0
        return usual > 0 && largest > 2 * usual ? usual : largest
    }

    /// Whether any bar is higher than the axis.
    var isCut: Bool { bars.contains { $0.value > frame.scale.top } }

    /// The chart, and the same numbers as a table that opens.
    var html: HTML {
        var table = HTMLTable("\(frame.title), as numbers", [.text("When"), .number(unit)])
        for bar in bars { table.add(["\(bar.name)", "\(bar.value)"]) }
        return """
            <figure>
            \(frame.html("\(bars.enumerated().map(mark))", labels: labels))\
            <details><summary>The numbers</summary>
            \(table.html ?? "")</details>
            </figure>

            """
    }

    private func mark(_ place: Int, _ bar: Bar) -> HTML {
        let slot = 1 / Double(bars.count)
        let top = frame.y(0)
        // What is not nothing is seen.
        let isCut = bar.value > frame.scale.top
        let height = bar.value == 0 ? 0 : max(1.5, top - frame.y(min(bar.value, frame.scale.top)))
        let x = ChartFrame.percent((Double(place) + 0.12) * slot)
        // The upper rectangle reaches over the whole slot: small bars are hard to point at.
        return """
            <rect class="bar\(bar.isAlarming ? " alarm" : "")" x="\(x)" y="\(ChartFrame.pixels(top - height))" \
            width="\(ChartFrame.percent(0.76 * slot))" height="\(ChartFrame.pixels(height))"/>\
            \(isCut ? cut(place, bar, x) : "")\
            <rect class="touch" x="\(ChartFrame.percent(Double(place) * slot))" y="\(ChartFrame.pixels(ChartFrame.marginTop))" \
            width="\(ChartFrame.percent(slot))" height="\(ChartFrame.pixels(ChartFrame.height))">\
            <title>\(bar.name): \(HTML.grouped(bar.value))</title></rect>

            """
    }

    /// A gap in a bar that goes on, and how far it would.
    private func cut(_ place: Int, _ bar: Bar, _ x: String) -> HTML {
        let y = ChartFrame.marginTop + 10
        return """
            <line class="gap" x1="\(ChartFrame.percent(Double(place) / Double(bars.count)))" \
            x2="\(ChartFrame.percent(Double(place + 1) / Double(bars.count)))" y1="\(ChartFrame.pixels(y + 3))" \
            y2="\(ChartFrame.pixels(y - 3))"/>\
            <text class="cut" x="\(x)" y="\(ChartFrame.pixels(ChartFrame.marginTop - 4))">\(HTML.grouped(bar.value))</text>
            """
    }
}
