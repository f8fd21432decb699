import RotationModel

/// When the fleet's `ACTIVE` certificates end, in weeks from a point in time.
package struct ExpiryCalendar: Sendable, Equatable {
    /// When the first week begins; each takes seven days.
    package let start: Timestamp
    /// Those whose notAfter is before ``start``.
    package let expired: Int
    /// Those that end in the first week, in the second, and so on.
    package let weeks: [Int]
    /// Those that end after the last week.
    package let later: Int

    package init(start: Timestamp, expired: Int, weeks: [Int], later: Int) {
        (self.start, self.expired, self.weeks, self.later) = (start, expired, weeks, later)
    }

    package static let week = TimeSpan.days(7)

    /// All of them: claims of `ACTIVE` certificates by devices.
    package var total: Int { expired + weeks.reduce(0, +) + later }
}
