import GRDB
import RotationModel

extension SQLiteView {
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
