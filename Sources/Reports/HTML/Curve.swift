/// Counts as a curve, one a day, with a limit that they are measured against.
struct Curve {
    struct Point {
        let value: Int
        let name: String
    }

    let frame: ChartFrame
    let points: [Point]
    let labels: [ChartFrame.Label]
    /// A line across: the value, and what it is.
    let limit: (value: Int, name: String)?
    /// The place of the point that is marked.
    let peak: Int?

    init(
        id: String, title: String, description: String, points: [Point], labels: [ChartFrame.Label],
        limit: (value: Int, name: String)?, peak: Int?
    ) {
        let largest = points.map(\.value).max() ?? 0
        // A limit far above everything would press the curve flat.
        let shown = limit.flatMap { $0.value <= 3 * max(1, largest) ? $0 : nil }
        frame = ChartFrame(
            id: id, title: title, description: description, scale: NiceScale(upTo: max(largest, shown?.value ?? 0)))
        (self.points, self.labels, self.limit, self.peak) = (points, labels, shown, peak)
    }

    var html: HTML {
        "<figure>\n\(frame.html("\(line)\(limitLine)\(mark)\(touchables)", labels: labels))</figure>\n"
    }

    /// In a coordinate system of its own that is stretched to the place's width; the line's own width is not.
    private var line: HTML {
        let corners = points.enumerated().map { place, point in
            "\(ChartFrame.pixels(1000 * self.place(place))),\(ChartFrame.pixels(frame.y(point.value)))"
        }
        let bottom = ChartFrame.pixels(frame.y(0))
        return """
            <svg viewBox="0 0 1000 \(ChartFrame.pixels(frame.y(0)))" preserveAspectRatio="none" width="100%" height="\(bottom)">\
            <polygon class="area" points="\(area(corners, bottom))"/>\
            <polyline class="curve" points="\(corners.joined(separator: " "))"/></svg>

            """
    }

    private func area(_ corners: [String], _ bottom: String) -> String {
        guard !corners.isEmpty else { return "" }
        let (first, last) = (ChartFrame.pixels(1000 * place(0)), ChartFrame.pixels(1000 * place(points.count - 1)))
        return (["\(first),\(bottom)"] + corners + ["\(last),\(bottom)"]).joined(separator: " ")
    }

    private var limitLine: HTML {
        guard let limit else { return "" }
        let y = frame.y(limit.value)
        return """
            <line class="limit" x1="0" x2="100%" y1="\(ChartFrame.pixels(y))" y2="\(ChartFrame.pixels(y))"/>\
            <text class="limit" x="100%" y="\(ChartFrame.pixels(y - 4))">\(limit.name) \(HTML.grouped(limit.value))</text>

            """
    }

    private var mark: HTML {
        guard let peak, points.indices.contains(peak) else { return "" }
        return """
            <circle class="peak" cx="\(ChartFrame.percent(place(peak)))" cy="\(ChartFrame.pixels(frame.y(points[peak].value)))" r="4"/>

            """
    }

    private var touchables: HTML {
        let slot = 1 / Double(max(1, points.count))
        let rectangles = points.enumerated().map { place, point in
            """
            <rect class="touch" x="\(ChartFrame.percent(Double(place) * slot))" y="\(ChartFrame.pixels(ChartFrame.marginTop))" \
            width="\(ChartFrame.percent(slot))" height="\(ChartFrame.pixels(ChartFrame.height))">\
            <title>\(point.name): \(HTML.grouped(point.value))</title></rect>

            """ as HTML
        }
        return "\(rectangles)"
    }

    /// The middle of a day's slot, from 0 to 1.
    private func place(_ day: Int) -> Double { (Double(day) + 0.5) / Double(max(1, points.count)) }
}
