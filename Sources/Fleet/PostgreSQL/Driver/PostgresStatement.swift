import CPostgreSQL
import RotationModel

/// A statement that the server prepared once. Its rows are fetched when it is executed.
final class PostgresStatement: PreparedStatement {
    private let sql: String
    private let name: String
    private unowned let connection: PostgresConnection
    private var isPrepared = false
    private var inserting: (statement: PostgresStatement, numbers: PostgresNumbers)?

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

    func run(_ values: [SQLValue]) throws {
        try prepare()
        try connection.pipeline.add(name, values)
    }

    func insert(_ values: [SQLValue]) throws -> Int64 {
        let numbered: (statement: PostgresStatement, numbers: PostgresNumbers)
        if let inserting {
            numbered = inserting
        } else {
            let insertion = try PostgresInsertion(sql)
            numbered = (
                PostgresStatement(insertion.sql, name: name + "n", on: connection),
                connection.numbers(of: insertion.table)
            )
            inserting = numbered
        }
        let id = try numbered.numbers.next()
        try numbered.statement.run(values + [.integer(id)])
        return id
    }

    func type(_ column: CInt) -> SQLType { result?.type(row, column) ?? .null }
    func integer(_ column: CInt) -> Int64 { result?.integer(row, column) ?? 0 }
    func bytes(_ column: CInt) -> UnsafeRawBufferPointer {
        result?.bytes(row, column) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }

    private func execute(_ values: [SQLValue]) throws -> PostgresResult {
        try prepare()
        return try connection.pipeline.result(of: name, values)
    }

    private func prepare() throws {
        guard !isPrepared else { return }
        try connection.settle()
        _ = try PostgresResult(PQprepare(connection.handle, name, sql, 0, nil), on: connection)
        isPrepared = true
    }
}
