import RotationModel

/// The hours of a week in which a policy's devices may be worked on, by the wall clock of a zone.
///
/// The clock decides, whatever brought it there: an hour that is shown twice, because the clock was put back, is open both
/// times or closed both times; of an hour that is passed over, because it was put forward, nothing is left, and a window that
/// starts in it starts at the first moment after it.
package struct RolloutWindow: Hashable, Sendable {
    /// The days on which it starts.
    package let days: Set<Weekday>
    package let from: TimeOfDay
    /// Where it is not after ``from`` it is of the following day.
    package let to: TimeOfDay
    package let zone: ZoneClock

    /// Nil where it has no day or no length.
    package init?(days: Set<Weekday>, from: TimeOfDay, to: TimeOfDay, zone: ZoneClock = .utc) {
        guard !days.isEmpty, from != to, from < .endOfDay else { return nil }
        self.days = days
        self.from = from
        self.to = to
        self.zone = zone
    }

    package func isOpen(at time: Timestamp) -> Bool {
        let wall = zone.wallTime(at: time)
        let today = wall.day
        return [today, today.advanced(by: -1)].contains { day in
            days.contains(day.weekday) && start(on: day) <= wall && wall < end(of: day)
        }
    }

    /// From when to when the wall shows it open that starts on a day.
    func opening(on day: CalendarDay) -> (start: WallTime, end: WallTime) { (start(on: day), end(of: day)) }

    private func start(on day: CalendarDay) -> WallTime { WallTime(day, from) }

    private func end(of day: CalendarDay) -> WallTime { WallTime(to > from ? day : day.advanced(by: 1), to) }

    /// Every time from `start` to `end` at which ``isOpen(at:)`` can change, and maybe some at which it does not; in no order.
    func changes(from start: Timestamp, until end: Timestamp) -> [Timestamp] {
        let first = zone.wallTime(at: start).day.number - 2
        let last = zone.wallTime(at: end).day.number + 1
        let edges = (first...last).map(CalendarDay.init(number:)).filter { days.contains($0.weekday) }
            .flatMap { zone.times(showing: self.start(on: $0)) + zone.times(showing: self.end(of: $0)) }
        return edges + zone.shifts(from: start, until: end)
    }
}

extension RolloutWindow: CustomStringConvertible {
    /// `Mon-Fri 01:00-05:00 Europe/Berlin`
    package var description: String { "\(Weekday.text(days)) \(from)-\(to) \(zone.name)" }
}

extension Weekday {
    /// `daily`, `Mon-Fri`, `Mon, Wed`: runs of three and more as ranges.
    static func text(_ days: Set<Weekday>) -> String {
        if days.count == allCases.count { return "daily" }
        var runs: [[Weekday]] = []
        var isInRun = false
        for day in allCases {
            guard days.contains(day) else {
                isInRun = false
                continue
            }
            if isInRun { runs[runs.count - 1].append(day) } else { runs.append([day]) }
            isInRun = true
        }
        return runs.map { run in
            run.count > 2
                ? "\(run[0].rawValue)-\(run[run.count - 1].rawValue)" : run.map(\.rawValue).joined(separator: ", ")
        }.joined(separator: ", ")
    }
}
