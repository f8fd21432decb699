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
            id: id, title: title, description: description, scale: NiceScale(upTo: bars.map(\.value).max() ?? 0))
        (self.bars, self.labels, self.unit) = (bars, labels, unit)
    }

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
        let height = bar.value == 0 ? 0 : max(1.5, top - frame.y(bar.value))
        let x = ChartFrame.percent((Double(place) + 0.12) * slot)
        // The upper rectangle reaches over the whole slot: small bars are hard to point at.
        return """
            <rect class="bar\(bar.isAlarming ? " alarm" : "")" x="\(x)" y="\(ChartFrame.pixels(top - height))" \
            width="\(ChartFrame.percent(0.76 * slot))" height="\(ChartFrame.pixels(height))"/>\
            <rect class="touch" x="\(ChartFrame.percent(Double(place) * slot))" y="\(ChartFrame.pixels(ChartFrame.marginTop))" \
            width="\(ChartFrame.percent(slot))" height="\(ChartFrame.pixels(ChartFrame.height))">\
            <title>\(bar.name): \(HTML.grouped(bar.value))</title></rect>

            """
    }
}
