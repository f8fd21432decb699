import CPostgreSQL
import RotationModel

/// A statement whose rows are fetched some thousand at a time.
final class PostgresCursor: PreparedStatement {
    private static let rowsAtOnce = 2000

    private let sql: String
    private unowned let connection: PostgresConnection
    private var name = ""
    private var result: PostgresResult?
    private var row: CInt = -1

    init(_ sql: String, on connection: PostgresConnection) {
        self.sql = PostgresPlaceholders.numbered(sql)
        self.connection = connection
    }

    var changes: Int { 0 }

    func run(_ values: [SQLValue]) throws { try connection.prepared(sql).run(values) }

    func insert(_ values: [SQLValue]) throws -> Int64 { try connection.prepared(sql).insert(values) }

    func open(_ values: [SQLValue], _ body: () throws -> Void) throws {
        let outer = (name, result, row)
        defer { (name, result, row) = outer }
        (name, result, row) = (connection.unusedName("c"), nil, -1)
        // A cursor lives within a transaction.
        let declaration = "DECLARE \(name) NO SCROLL CURSOR FOR \(sql)"
        try connection.settle()
        _ = try PostgresResult(
            PostgresValues.with(values) { count, values, lengths, formats in
                PQexecParams(connection.handle, declaration, count, nil, values, lengths, formats, 1)
            }, on: connection)
        let cursor = name
        defer { try? connection.execute("CLOSE \(cursor)") }
        try body()
    }

    func step() throws -> Bool {
        row += 1
        if let result, row < result.rows { return true }
        if let result, result.rows < PostgresCursor.rowsAtOnce { return false }
        try connection.settle()
        let next = try PostgresResult(
            PQexecParams(
                connection.handle, "FETCH FORWARD \(PostgresCursor.rowsAtOnce) FROM \(name)", 0, nil, nil, nil, nil, 1),
            on: connection)
        (result, row) = (next, 0)
        return next.rows > 0
    }

    func type(_ column: CInt) -> SQLType { result?.type(row, column) ?? .null }
    func integer(_ column: CInt) -> Int64 { result?.integer(row, column) ?? 0 }
    func bytes(_ column: CInt) -> UnsafeRawBufferPointer {
        result?.bytes(row, column) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }
}
