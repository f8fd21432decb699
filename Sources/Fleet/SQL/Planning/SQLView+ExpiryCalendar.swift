import RotationModel

extension SQLView {
    package func expiries(from start: Timestamp, weeks: Int = 52) throws(RotationError) -> ExpiryCalendar {
        try guarded {
            var ends = try ActiveEnds(database)
            // How many end before each week begins.
            let before = try (0...weeks).map { week in
                try ends.count(before: Timestamp(seconds: start.seconds + Int64(week) * ExpiryCalendar.week.seconds))
            }
            return ExpiryCalendar(
                start: start, expired: before[0], weeks: zip(before, before.dropFirst()).map { $1 - $0 },
                later: ends.total - before[weeks])
        }
    }
}

/// Counts `ACTIVE` certificates by their ends: days from what is kept of them, and the rest of a day from the index.
private struct ActiveEnds {
    private var days: [(day: Int64, certificates: Int)]
    private let withinDay: Query
    private var passed = 0
    private var countBefore = 0

    init(_ database: any Database) throws {
        days = try Query(database, "SELECT day, certificates FROM active_ends ORDER BY day")
            .all { ($0.integer(0), Int($0.integer(1))) }
        withinDay = try Query(
            database,
            "SELECT count(*) FROM certificates WHERE status = 'ACTIVE' AND not_after >= ? AND not_after < ?")
    }

    var total: Int { days.reduce(0) { $0 + $1.certificates } }

    /// How many end before a time; asked for later and later ones.
    mutating func count(before time: Timestamp) throws -> Int {
        let day = ActiveEnds.floor(time.seconds, 86_400)
        while passed < days.count, days[passed].day < day {
            countBefore += days[passed].certificates
            passed += 1
        }
        guard passed < days.count, days[passed].day == day else { return countBefore }
        let begun = try withinDay.first([.integer(day * 86_400), .time(time)]) { Int($0.integer(0)) }
        return countBefore + (begun ?? 0)
    }

    private static func floor(_ number: Int64, _ step: Int64) -> Int64 {
        let (quotient, rest) = number.quotientAndRemainder(dividingBy: step)
        return rest < 0 ? quotient - 1 : quotient
    }
}
