import RotationModel

extension RolloutSchedule {
    /// The longest time that passes in a week without an open window, freezes aside; nil where there are no windows. It is that
    /// of a week in which no clock is changed.
    func longestWeeklyClosure() -> TimeSpan? {
        // 2026-01-05 is a Monday. After two weeks each window has opened again.
        let first: Int64 = 20_458
        var offsets: [ZoneClock: Int64] = [:]
        var openings: [(start: Int64, end: Int64)] = []
        for window in Set(windows) {
            let offset = offsets[window.zone] ?? window.zone.offset(on: CalendarDay(number: first))
            offsets[window.zone] = offset
            for day in (first..<first + 14).map(CalendarDay.init(number:)) where window.days.contains(day.weekday) {
                let (start, end) = window.opening(on: day)
                openings.append((start.seconds - offset, end.seconds - offset))
            }
        }
        openings.sort { $0.start < $1.start }
        guard var openUntil = openings.first?.end else { return nil }
        var longest: Int64 = 0
        for opening in openings {
            longest = max(longest, opening.start - openUntil)
            openUntil = max(openUntil, opening.end)
        }
        return TimeSpan(seconds: longest)
    }
}

extension ZoneClock {
    /// Seconds east of UTC at about the start of a day.
    fileprivate func offset(on day: CalendarDay) -> Int64 {
        let midnight = WallTime(day, .midnight).seconds
        return wallTime(at: Timestamp(seconds: midnight)).seconds - midnight
    }
}
