import Basics

/// A length of time in whole seconds, as configuration files write it: `90d`, `12h`, `30m`, `45s`, `2w`.
package struct TimeSpan: Hashable, Comparable, Sendable {
    package let seconds: Int64

    package init(seconds: Int64) { self.seconds = seconds }

    package static let zero = TimeSpan(seconds: 0)
    package static func days(_ count: Int64) -> TimeSpan { TimeSpan(seconds: count * 86_400) }
    package static func hours(_ count: Int64) -> TimeSpan { TimeSpan(seconds: count * 3600) }
    package static func minutes(_ count: Int64) -> TimeSpan { TimeSpan(seconds: count * 60) }

    package static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.seconds < right.seconds }
    package static func + (left: TimeSpan, right: TimeSpan) -> TimeSpan {
        TimeSpan(seconds: left.seconds + right.seconds)
    }

    /// The longest span that a file may name: 200 years. Dates stay far from the ends of X.509's calendar.
    package static let longest = TimeSpan.days(73_000)

    private static let units: [(suffix: Character, seconds: Int64)] = [
        ("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]

    /// Reads digits and one unit. Nil where the text is anything else, or longer than ``longest``.
    package init?(_ text: String) {
        guard let last = text.last, let unit = TimeSpan.units.first(where: { $0.suffix == last }) else { return nil }
        let digits = text.dropLast()
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let count = Int64(digits)
        else { return nil }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit.seconds)
        guard !overflow, seconds <= TimeSpan.longest.seconds else { return nil }
        self.seconds = seconds
    }
}

extension TimeSpan: CustomStringConvertible {
    /// In the largest unit that fits without a rest (days before weeks: `90d`, `36h`, `5m`).
    package var description: String {
        for unit in TimeSpan.units.dropFirst() where seconds % unit.seconds == 0 {
            return "\(seconds / unit.seconds)\(unit.suffix)"
        }
        return "\(seconds)s"
    }

    /// For people: `3 days`, `5 hours`, `1 minute`; rounded towards zero to its largest unit, without a sign.
    package var approximate: String {
        let length = seconds.magnitude
        for (unit, name) in [(UInt64(86_400), "day"), (3600, "hour"), (60, "minute"), (1, "second")]
        where length >= unit {
            return counted(Int(length / unit), name)
        }
        return "0 seconds"
    }
}
