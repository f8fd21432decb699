/// A prepared statement with positional values, stepped without an intermediate copy of its rows.
struct Query {
    private let statement: any PreparedStatement

    /// Prepares the statement, or takes it from the connection's cache.
    init(_ database: any Database, _ sql: String) throws {
        statement = try database.statement(sql, .cached)
    }

    /// Prepares a statement of its own, for a loop whose body may run the same query again.
    init(uncached database: any Database, _ sql: String) throws {
        statement = try database.statement(sql, .nested)
    }

    /// As ``init(uncached:_:)``, for a walk over a fleet: its rows never lie in memory all at once.
    init(streaming database: any Database, _ sql: String) throws {
        statement = try database.statement(sql, .streaming)
    }

    /// Executes the statement. What it fails with may be thrown by one that comes after it in the transaction, at the latest by its commit.
    func run(_ values: [SQLValue] = []) throws { try statement.run(values) }

    /// Executes the statement and returns how many rows it changed.
    func changes(_ values: [SQLValue] = []) throws -> Int {
        try statement.open(values) { while try statement.step() {} }
        return statement.changes
    }

    /// Executes an INSERT into a table whose key is `id`, and returns the row's.
    func insert(_ values: [SQLValue]) throws -> Int64 { try statement.insert(values) }

    /// The first row, or nil.
    func first<T>(_ values: [SQLValue] = [], _ read: (ResultRow) throws -> T) throws -> T? {
        var found: T?
        try statement.open(values) { if try statement.step() { found = try read(ResultRow(statement)) } }
        return found
    }

    /// Whether there is a row.
    func exists(_ values: [SQLValue]) throws -> Bool {
        try first(values) { _ in true } ?? false
    }

    func all<T>(_ values: [SQLValue] = [], _ read: (ResultRow) throws -> T) throws -> [T] {
        var rows: [T] = []
        try forEach(values) { rows.append(try read($0)) }
        return rows
    }

    func forEach(_ values: [SQLValue] = [], _ body: (ResultRow) throws -> Void) throws {
        let row = ResultRow(statement)
        try statement.open(values) { while try statement.step() { try body(row) } }
    }
}
