import Basics
import RotationModel

/// What a forecast's page shows: replacements a day, and what they are measured against.
package struct ForecastFigures: Sendable {
    package struct DailyCount: Sendable, Equatable {
        /// When the day begins, in UTC.
        package var day: Timestamp
        /// Replacements on that day.
        package var count: Int
        /// What is due and held back on that day.
        package var waiting: Int

        package init(day: Timestamp, count: Int, waiting: Int = 0) {
            (self.day, self.count, self.waiting) = (day, count, waiting)
        }
    }

    /// The most that a day is to bear, and what says so: `limits.issue`.
    package struct Limit: Sendable, Equatable {
        package var name: String
        package var count: Int

        package init(name: String, count: Int) { (self.name, self.count) = (name, count) }
    }

    /// Replacements in the whole time, by policy.
    package struct PolicyCount: Sendable, Equatable {
        package var policy: String
        package var count: Int

        package init(policy: String, count: Int) { (self.policy, self.count) = (policy, count) }
    }

    /// When the forecast begins.
    package var start: Timestamp
    package var deviceCount: Int
    /// One a day, in their order, without gaps.
    package var days: [DailyCount]
    package var limit: Limit?
    /// Why the highest day is so high, in a sentence; nil where nobody knows.
    package var peakCause: String?
    package var policies: [PolicyCount]
    /// What else a reader has to know, each a sentence: limits that runs come up against, devices that are not counted.
    package var notes: [String] = []
    /// What somebody has to do something about, each a sentence.
    package var alarms: [String] = []

    package init(
        start: Timestamp, deviceCount: Int, days: [DailyCount], limit: Limit? = nil, peakCause: String? = nil,
        policies: [PolicyCount] = []
    ) {
        (self.start, self.deviceCount, self.days) = (start, deviceCount, days)
        (self.limit, self.peakCause, self.policies) = (limit, peakCause, policies)
    }

    package var total: Int { days.reduce(0) { $0 + $1.count } }

    /// The first of the highest days; nil where nothing is replaced.
    package var peak: DailyCount? {
        let highest = days.map(\.count).max() ?? 0
        return highest == 0 ? nil : days.first { $0.count == highest }
    }

    /// The days on which more falls due than the limit lets through.
    package var overLimit: [DailyCount] {
        guard let limit else { return [] }
        return days.filter { $0.count > limit.count }
    }
}

/// A forecast as one self-contained page: the curve with its limit, the peak and its cause, and a table by month.
package struct ForecastHTML {
    private let figures: ForecastFigures

    package init(_ figures: ForecastFigures) { self.figures = figures }

    /// - Parameter write: takes each piece, in order.
    package func write(_ write: ([UInt8]) throws -> Void) rethrows {
        for piece in page.opening(thenRows: nil) { try write(piece.bytes) }
        try write(page.closing.bytes)
    }

    private var page: Page {
        Page(
            kind: "Forecast", subject: "\(figures.days.count) days from \(CalendarText.day(figures.start))",
            headline: headline,
            facts: """
                \(figures.days.count) \(Plural.of("day", figures.days.count)) from \(figures.start) UTC on, \
                \(figures.deviceCount) \(Plural.of("device", figures.deviceCount)), under today's policies. Nothing was changed.
                """,
            sections: [summary, curve, months, policies].compactMap { $0 })
    }

    private var headline: HTML {
        guard let peak = figures.peak else {
            let most = figures.days.map(\.waiting).max() ?? 0
            return most == 0 ? "Nothing will be replaced." : "Nothing will be replaced: up to \(most) wait, held back."
        }
        return
            "\(figures.total) \(Plural.of("replacement", figures.total)), \(peak.count) on the busiest day."
    }

    private var summary: Page.Section? {
        let over = figures.overLimit
        let tiles = Tiles(tiles: [
            .init(name: "replacements", count: figures.total, meaning: "in all these days", tone: "good"),
            .init(
                name: "peak", count: figures.peak?.count ?? 0,
                meaning: figures.peak.map { "on \(CalendarText.day($0.day))" } ?? "",
                tone: over.isEmpty ? "good" : "bad"),
            .init(
                name: "days over the limit", count: over.count,
                meaning: figures.limit.map { "\($0.name) allows \(HTML.grouped($0.count))" } ?? "", tone: "bad"),
        ])
        let cause: HTML = figures.peakCause.map { "<p>The peak: \($0)</p>\n" } ?? ""
        return Page.Section(
            "summary", "In numbers",
            "\(alarms)\(tiles.html)\(cause)\(figures.notes.map { "<p>\($0)</p>\n" as HTML })")
    }

    private var alarms: [HTML] { figures.alarms.map { "<p class=\"alarm-box\">\($0)</p>\n" } }

    private var curve: Page.Section? {
        guard let peak = figures.peak else { return nil }
        let days = figures.days
        let limit = figures.limit.map { "the limit, \($0.name), is \(HTML.grouped($0.count)) a day" }
        let text =
            "\(HTML.grouped(figures.total)) replacements in \(days.count) days; most on \(CalendarText.day(peak.day)), "
            + "\(HTML.grouped(peak.count))\(limit.map { "; \($0)" } ?? "")."
        let chart = Curve(
            id: "curve", title: "Replacements a day", description: text,
            points: days.map { Curve.Point(value: $0.count, name: CalendarText.day($0.day)) },
            labels: ChartFrame.labels(days.map(\.day), most: 13) { (Double($0) + 0.5) / Double(days.count) },
            limit: figures.limit.map { ($0.count, $0.name) }, peak: days.firstIndex(of: peak))
        let farAway = figures.limit != nil && chart.limit == nil ? " That is far above the curve, and not drawn." : ""
        return Page.Section("curve", "Replacements a day", "<p>\(text)\(farAway)</p>\n\(chart.html)")
    }

    private var months: Page.Section? {
        let waits = figures.days.contains { $0.waiting > 0 }
        var table = HTMLTable(
            "Replacements by month",
            [.text("Month"), .number("Replacements"), .number("Highest day")]
                + (waits ? [.number("Waiting, at most")] : []))
        let byMonth = Dictionary(grouping: figures.days) { String($0.day.rfc3339.prefix(7)) }
        for (month, days) in byMonth.sorted(by: { $0.key < $1.key }) {
            table.add(
                ["\(month)", "\(days.reduce(0) { $0 + $1.count })", "\(days.map(\.count).max() ?? 0)"]
                    + (waits ? ["\(days.map(\.waiting).max() ?? 0)"] : []))
        }
        return Page.Section("months", "By month", table.html)
    }

    private var policies: Page.Section? {
        var table = HTMLTable("Replacements by policy", [.text("Policy"), .number("Replacements")])
        for policy in figures.policies { table.add(["\(name: policy.policy)", "\(policy.count)"]) }
        return Page.Section("policies", "By policy", table.html)
    }
}
