import RotationModel

/// What the charts have in common: an SVG that is as wide as its place, with lines for round values and dates below.
///
/// Widths are percentages and heights pixels, so that a chart shrinks to a phone's width and its letters do not.
struct ChartFrame {
    /// Unique in the page.
    let id: String
    /// For screen readers: what is shown, and what there is to see.
    let title: String
    let description: String
    let scale: NiceScale

    static let height = 180.0
    static let marginTop = 14.0
    private static let marginBottom = 44.0

    /// A text below the axis.
    struct Label {
        /// Where its middle is, from 0 to 1.
        let position: Double
        let text: String
        /// A second line where the year is new: for every width, or for that of a desk or a phone alone.
        let year: Year?
        /// Left out where there is little room.
        let isMinor: Bool
    }

    struct Year: Equatable {
        let text: String
        /// A class of the style sheet.
        let width: String
    }

    func html(_ marks: HTML, labels: [Label]) -> HTML {
        """
        <div class="plot"><svg role="img" aria-labelledby="\(id)-chart-title \(id)-chart-text" width="100%" \
        height="\(ChartFrame.pixels(ChartFrame.height + ChartFrame.marginTop + ChartFrame.marginBottom))">
        <title id="\(id)-chart-title">\(title)</title>
        <desc id="\(id)-chart-text">\(description)</desc>
        \(scale.ticks.map(line))\(marks)\(labels.map(label))</svg></div>

        """
    }

    /// Where a value stands, in pixels from the top.
    func y(_ value: Int) -> Double {
        ChartFrame.marginTop + ChartFrame.height * (1 - scale.share(of: value))
    }

    private func line(_ tick: Int) -> HTML {
        let y = ChartFrame.pixels(y(tick))
        return """
            <line class="\(tick == 0 ? "axis" : "grid")" x1="0" x2="100%" y1="\(y)" y2="\(y)"/>\
            <text class="tick" x="-8" y="\(ChartFrame.pixels(self.y(tick) + 4))">\(NiceScale.short(tick))</text>

            """
    }

    private func label(_ label: Label) -> HTML {
        let x = ChartFrame.percent(label.position)
        let y = ChartFrame.marginTop + ChartFrame.height
        let year =
            label.year.map {
                "<text class=\"label \($0.width)\" x=\"\(x)\" y=\"\(ChartFrame.pixels(y + 34))\">\($0.text)</text>"
                    as HTML
            } ?? ""
        return """
            <text class="label\(label.isMinor ? " minor" : "")" x="\(x)" y="\(ChartFrame.pixels(y + 18))">\(label.text)</text>\(year)

            """
    }

    static func percent(_ share: Double) -> String { "\(rounded(share * 100))%" }
    static func pixels(_ length: Double) -> String { rounded(length) }

    /// Two decimals at most.
    private static func rounded(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        if hundredths % 100 == 0 { return String(hundredths / 100) }
        let rest = abs(hundredths % 100)
        return "\(hundredths < 0 ? "-" : "")\(abs(hundredths / 100)).\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension ChartFrame {
    /// Labels for equal steps of time: one every so many steps, two of three minor, the year where it is new.
    ///
    /// - Parameters:
    ///   - starts: when each step begins.
    ///   - most: the most labels.
    ///   - place: the middle of a step's label, from 0 to 1.
    static func labels(_ starts: [Timestamp], most: Int, place: (Int) -> Double) -> [Label] {
        guard !starts.isEmpty else { return [] }
        let every = max(1, (starts.count + most - 1) / most)
        var (onDesk, onPhone): (Int?, Int?)
        return stride(from: 0, to: starts.count, by: every).map { step in
            let date = starts[step].components
            let isMinor = (step / every) % 3 != 0
            // A year stands below the first of its labels, and a phone does not show them all.
            let (isNewOnDesk, isNewOnPhone) = (date.year != onDesk, !isMinor && date.year != onPhone)
            onDesk = date.year
            if isNewOnPhone { onPhone = date.year }
            let width = isNewOnDesk ? (isNewOnPhone ? "" : "minor") : "phone"
            return Label(
                position: place(step), text: "\(date.day) \(CalendarText.months[date.month - 1])",
                year: isNewOnDesk || isNewOnPhone ? Year(text: String(date.year), width: width) : nil, isMinor: isMinor)
        }
    }
}

/// Dates as charts write them.
enum CalendarText {
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `2026-12-01`
    static func day(_ time: Timestamp) -> String { String(time.rfc3339.prefix(10)) }
}
