import CPostgreSQL
import RotationModel

/// A statement that the server prepared once. Its rows are fetched when it is executed.
final class PostgresStatement: PreparedStatement {
    private let sql: String
    private let name: String
    private unowned let connection: PostgresConnection
    private var isPrepared = false
    private var inserting: PostgresStatement?

    private var result: PostgresResult?
    private var row: CInt = -1

    /// - Parameter sql: as ``Database/statement(_:_:)`` has it.
    init(_ sql: String, name: String, on connection: PostgresConnection) {
        self.sql = PostgresPlaceholders.numbered(sql)
        self.name = name
        self.connection = connection
    }

    var changes: Int { lastChanges }
    private var lastChanges = 0

    func open(_ values: [SQLValue], _ body: () throws -> Void) throws {
        // Within a loop over its own rows, it comes back to them afterwards.
        let outer = (result, row)
        defer { (result, row) = outer }
        let fetched = try execute(values)
        (result, row) = (fetched, -1)
        lastChanges = fetched.changes
        try body()
    }

    func step() throws -> Bool {
        row += 1
        return row < (result?.rows ?? 0)
    }

    func insert(_ values: [SQLValue]) throws -> Int64 {
        let statement = inserting ?? PostgresStatement(sql + " RETURNING id", name: name + "r", on: connection)
        inserting = statement
        let result = try statement.execute(values)
        return result.rows > 0 ? result.integer(0, 0) : 0
    }

    func type(_ column: CInt) -> SQLType { result?.type(row, column) ?? .null }
    func integer(_ column: CInt) -> Int64 { result?.integer(row, column) ?? 0 }
    func bytes(_ column: CInt) -> UnsafeRawBufferPointer {
        result?.bytes(row, column) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }

    private func execute(_ values: [SQLValue]) throws -> PostgresResult {
        if !isPrepared {
            _ = try PostgresResult(PQprepare(connection.handle, name, sql, 0, nil), on: connection)
            isPrepared = true
        }
        return try PostgresResult(
            PostgresValues.with(values) { count, values, lengths, formats in
                PQexecPrepared(connection.handle, name, count, values, lengths, formats, 1)
            }, on: connection)
    }
}
