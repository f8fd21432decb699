import RotationModel

/// Numbers for rows of a table whose key is `id`, taken from its sequence some at a time, so that an INSERT need not be waited for.
final class PostgresNumbers {
    private static let atOnce = 500

    private unowned let connection: PostgresConnection
    private let table: String
    private var numbers: [Int64] = []

    init(of table: String, on connection: PostgresConnection) {
        (self.table, self.connection) = (table, connection)
    }

    /// One that no row has. Those that nobody uses any more leave gaps.
    func next() throws -> Int64 {
        if let number = numbers.popLast() { return number }
        numbers = try Query(
            connection, "SELECT nextval(pg_get_serial_sequence(?, 'id')) FROM generate_series(1, ?) ORDER BY 1 DESC"
        ).all([.text(table), .count(PostgresNumbers.atOnce)]) { $0.integer(0) }
        guard let number = numbers.popLast() else { throw PostgresFailure(message: "a sequence gave no number") }
        return number
    }
}

/// An INSERT that is told its row's number.
struct PostgresInsertion {
    let table: String
    /// With the number as its last value.
    let sql: String

    /// - Parameter sql: `INSERT INTO table (columns) VALUES (placeholders)`, with `$1` and so on.
    init(_ sql: String) throws {
        let parts = sql.split(separator: "VALUES (", maxSplits: 1)
        let head = parts[0].split(separator: "(", maxSplits: 1)
        guard parts.count == 2, head.count == 2, head[0].hasPrefix("INSERT INTO "),
            let name = head[0].split(whereSeparator: \.isWhitespace).last
        else { throw PostgresFailure(message: "it is no INSERT of one row of values") }
        table = String(name)
        // A value may stand in several places.
        let number =
            1
            + (parts[1].split(separator: "$", omittingEmptySubsequences: false).dropFirst().compactMap {
                Int($0.prefix(while: \.isNumber))
            }.max() ?? 0)
        self.sql = "\(head[0])(id, \(head[1])VALUES ($\(number), \(parts[1])"
    }
}
