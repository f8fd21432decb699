import RotationModel

/// A day as a calendar on the wall shows it, in no zone.
package struct CalendarDay: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01.
    let number: Int64

    init(number: Int64) { self.number = number }

    /// Reads `2026-12-20`. Nil where the text is anything else, or no such day.
    package init?(_ text: String) {
        guard text.utf8.count == 10, let midnight = Timestamp(rfc3339: text + "T00:00:00Z") else { return nil }
        number = midnight.seconds / 86_400
    }

    package var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        Weekday.allCases[Int(((number + 3) % 7 + 7) % 7)]
    }

    /// The day so many days later.
    func advanced(by days: Int64) -> CalendarDay { CalendarDay(number: number + days) }

    package static func < (left: CalendarDay, right: CalendarDay) -> Bool { left.number < right.number }
}

extension CalendarDay: CustomStringConvertible {
    /// `2026-12-20`
    package var description: String { String(Timestamp(seconds: number * 86_400).rfc3339.prefix(10)) }
}

/// A day of the week, by the names that policy files have. Weeks start on Monday (ISO 8601).
package enum Weekday: String, Sendable, CaseIterable {
    case monday = "Mon"
    case tuesday = "Tue"
    case wednesday = "Wed"
    case thursday = "Thu"
    case friday = "Fri"
    case saturday = "Sat"
    case sunday = "Sun"
}

/// A time that a clock on the wall shows, from 00:00 to 24:00, to the minute.
package struct TimeOfDay: Hashable, Comparable, Sendable {
    /// Since midnight, 0 to 1440.
    package let minutes: Int

    package static let midnight = TimeOfDay(minutes: 0)
    /// The end of a day, `24:00`.
    package static let endOfDay = TimeOfDay(minutes: 1440)

    private init(minutes: Int) { self.minutes = minutes }

    /// Reads `01:00`; two digits each, and `24:00` as the latest.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(TimeOfDay.isDigit) }),
            let hours = Int(parts[0]), let minutes = Int(parts[1]), minutes < 60, hours * 60 + minutes <= 1440
        else { return nil }
        self.minutes = hours * 60 + minutes
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    package static func < (left: TimeOfDay, right: TimeOfDay) -> Bool { left.minutes < right.minutes }
}

extension TimeOfDay: CustomStringConvertible {
    /// `01:00`
    package var description: String {
        let (hours, rest) = minutes.quotientAndRemainder(dividingBy: 60)
        return (hours < 10 ? "0" : "") + "\(hours):" + (rest < 10 ? "0" : "") + "\(rest)"
    }
}

/// What date and clock on the wall show together, in no zone.
struct WallTime: Hashable, Comparable, Sendable {
    /// As if the wall's zone were UTC: seconds since 1970-01-01T00:00:00 on that wall.
    let seconds: Int64

    init(seconds: Int64) { self.seconds = seconds }

    init(_ day: CalendarDay, _ time: TimeOfDay) { seconds = day.number * 86_400 + Int64(time.minutes) * 60 }

    var day: CalendarDay {
        let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
        return CalendarDay(number: rest < 0 ? days - 1 : days)
    }

    static func < (left: WallTime, right: WallTime) -> Bool { left.seconds < right.seconds }
}
