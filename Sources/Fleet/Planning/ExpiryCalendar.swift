import GRDB
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

extension PlanningSnapshot {
    /// Counts from the index alone; no certificate's row is read.
    ///
    /// - Parameter weeks: how many weeks are told apart, 1 or more.
    package func expiries(from start: Timestamp, weeks: Int = 52) throws(RotationError) -> ExpiryCalendar {
        try guarded {
            let end = Timestamp(seconds: start.seconds + Int64(weeks) * ExpiryCalendar.week.seconds)
            func count(_ condition: String, _ time: Timestamp) throws -> Int {
                let sql = "SELECT count(*) FROM certificates WHERE status = 'ACTIVE' AND not_after \(condition)"
                return Int(try Query(database, sql).first([.time(time)]) { $0.integer(0) } ?? 0)
            }
            var byWeek = [Int](repeating: 0, count: weeks)
            try Query(
                database,
                """
                SELECT (not_after - ?1) / ?3, count(*) FROM certificates
                WHERE status = 'ACTIVE' AND not_after >= ?1 AND not_after < ?2 GROUP BY 1
                """
            ).forEach([.time(start), .time(end), .integer(ExpiryCalendar.week.seconds)]) { row in
                byWeek[Int(row.integer(0))] = Int(row.integer(1))
            }
            return ExpiryCalendar(
                start: start, expired: try count("< ?", start), weeks: byWeek, later: try count(">= ?", end))
        }
    }
}
