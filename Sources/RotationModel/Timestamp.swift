/// A point in time, in whole seconds of UTC since 1970-01-01T00:00:00Z.
///
/// X.509 knows no finer unit (RFC 5280, 4.1.2.5), and neither do decisions here: two computations of one date are equal.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let seconds: Int64

    package init(seconds: Int64) {
        self.seconds = seconds
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.seconds < right.seconds }
    package static func + (left: Timestamp, right: TimeSpan) -> Timestamp {
        Timestamp(seconds: left.seconds + right.seconds)
    }
    package static func - (left: Timestamp, right: TimeSpan) -> Timestamp {
        Timestamp(seconds: left.seconds - right.seconds)
    }
    package static func - (left: Timestamp, right: Timestamp) -> TimeSpan {
        TimeSpan(seconds: left.seconds - right.seconds)
    }
}

// MARK: - The calendar

extension Timestamp {
    /// A date and time of day in the proleptic Gregorian calendar, in UTC.
    package struct Components: Equatable, Sendable {
        package var year: Int
        package var month: Int
        package var day: Int
        package var hour: Int
        package var minute: Int
        package var second: Int

        package init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
            (self.year, self.month, self.day) = (year, month, day)
            (self.hour, self.minute, self.second) = (hour, minute, second)
        }
    }

    /// The time that the components name, or nil where one of them is out of its range (a 30th of February, hour 24,
    /// second 60: X.509 and this project know no leap seconds).
    package init?(_ parts: Components) {
        guard (0...9999).contains(parts.year), (1...12).contains(parts.month), parts.day >= 1,
            parts.day <= Timestamp.days(inMonth: parts.month, of: parts.year),
            (0...23).contains(parts.hour), (0...59).contains(parts.minute), (0...59).contains(parts.second)
        else { return nil }
        let days = Timestamp.daysSinceEpoch(year: parts.year, month: parts.month, day: parts.day)
        seconds = Int64(days) * 86_400 + Int64(parts.hour * 3600 + parts.minute * 60 + parts.second)
    }

    package var components: Components {
        let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let dayNumber = Int(rest < 0 ? days - 1 : days)
        let time = Int(rest < 0 ? rest + 86_400 : rest)
        let (year, month, day) = Timestamp.date(daysSinceEpoch: dayNumber)
        return Components(
            year: year, month: month, day: day, hour: time / 3600, minute: time / 60 % 60, second: time % 60)
    }

    static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days between 1970-01-01 and a date, counted in 400-year eras that start on the 1st of March.
    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func date(daysSinceEpoch days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

// MARK: - RFC 3339

extension Timestamp {
    /// Reads `2026-12-01T00:00:00Z`. An offset (`+01:00`) is taken into account; a fraction of a second is dropped.
    /// Nil where the text is anything else (RFC 3339, 5.6).
    package init?(rfc3339 text: String) {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.take("T") || reader.take("t") || reader.take(" "),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2), reader.take(":"),
            let second = reader.number(2),
            let local = Timestamp(
                Components(year: year, month: month, day: day, hour: hour, minute: minute, second: second)),
            reader.skipFraction(), let offset = reader.offset(), reader.isAtEnd
        else { return nil }
        self.init(seconds: local.seconds - Int64(offset))
    }

    /// `2026-12-01T00:00:00Z`
    package var rfc3339: String {
        let at = components
        return "\(Timestamp.padded(at.year, to: 4))-\(Timestamp.padded(at.month))-\(Timestamp.padded(at.day))"
            + "T\(Timestamp.padded(at.hour)):\(Timestamp.padded(at.minute)):\(Timestamp.padded(at.second))Z"
    }

    /// `20261201T000000Z`: the basic form of ISO 8601, fit for file names.
    package var compact: String {
        rfc3339.filter { $0 != "-" && $0 != ":" }
    }

    private static func padded(_ number: Int, to width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Timestamp: CustomStringConvertible {
    package var description: String { rfc3339 }
}

/// Walks the fixed columns of a date: just what RFC 3339 needs, and nothing of a locale.
private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        var value = 0
        for _ in 0..<width {
            guard let digit = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
            rest.removeFirst()
        }
        return value
    }

    /// Passes over `.123`; false where a dot has no digit after it.
    mutating func skipFraction() -> Bool {
        guard take(".") else { return true }
        guard number(1) != nil else { return false }
        while number(1) != nil {}
        return true
    }

    /// Seconds east of UTC.
    mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let sign = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hours = number(2), hours < 24, take(":"), let minutes = number(2), minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
