import Fleet
import RotationModel

/// When the fleet's certificates end: a bar a week.
struct ExpirySection {
    let calendar: ExpiryCalendar

    /// Weeks after the last in which anything ends are not drawn, but so many always are.
    private static let fewest = 12

    init(_ calendar: ExpiryCalendar) { self.calendar = calendar }

    var section: Page.Section? {
        guard calendar.total > 0 else { return nil }
        return Page.Section("expiries", "Expiries by week", "\(legend)\(chart.html)")
    }

    private var shown: Int {
        max(ExpirySection.fewest, (calendar.weeks.lastIndex { $0 > 0 } ?? 0) + 1)
    }

    private var chart: BarChart {
        let weeks = Array(calendar.weeks.prefix(shown))
        let starts = weeks.indices.map(start)
        let late = [BarChart.Bar(value: calendar.expired, name: "expired", isAlarming: true)]
        let slots = Double(weeks.count + 1)
        return BarChart(
            id: "expiries", title: "ACTIVE certificates that end, by week", description: summary,
            unit: "Certificates",
            bars: late + weeks.indices.map { BarChart.Bar(value: weeks[$0], name: name($0)) },
            labels: ChartFrame.labels(starts, most: 13) { (Double($0) + 1.5) / slots })
    }

    private func start(_ week: Int) -> Timestamp {
        Timestamp(seconds: calendar.start.seconds + Int64(week) * ExpiryCalendar.week.seconds)
    }

    private func name(_ week: Int) -> String {
        "\(CalendarText.day(start(week))) to \(CalendarText.day(start(week + 1) - TimeSpan(seconds: 1)))"
    }

    /// What there is to see, in a sentence.
    private var summary: String {
        let largest = calendar.weeks.max() ?? 0
        let most =
            calendar.weeks.firstIndex(of: largest).flatMap { largest > 0 ? $0 : nil }
            .map { "; most in the week of \(CalendarText.day(start($0))), \(HTML.grouped(largest))" } ?? ""
        return "\(HTML.grouped(calendar.expired)) expired, \(HTML.grouped(calendar.weeks.reduce(0, +))) within "
            + "\(calendar.weeks.count) weeks, \(HTML.grouped(calendar.later)) later\(most)."
    }

    private var legend: HTML {
        """
        <p class="wide"><span class="key"></span>ACTIVE certificates that end in a week, from \(CalendarText.day(calendar.start)) on\
        \(expired)\(later)</p>

        """
    }

    private var expired: HTML {
        calendar.expired == 0
            ? "; none is expired"
            : "; <span class=\"key alarm\"></span>\(calendar.expired) expired\(chart.isCut ? " (the bar is cut off)" : "")"
    }

    private var later: HTML {
        calendar.later == 0 ? "" : "; \(calendar.later) after the \(calendar.weeks.count) weeks counted"
    }
}
