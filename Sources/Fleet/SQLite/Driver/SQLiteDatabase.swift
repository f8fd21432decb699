import GRDB

/// GRDB's connection, as the statements of the registry use it.
///
/// Valid within the closure that GRDB handed the connection to.
final class SQLiteDatabase: Database {
    let connection: GRDB.Database

    init(_ connection: GRDB.Database) { self.connection = connection }

    var dialect: Dialect { .sqlite }

    func statement(_ sql: String, _ use: StatementUse) throws -> any PreparedStatement {
        // SQLite never holds more than one row: a statement of its own is all that a stream needs.
        let statement = try use == .cached ? connection.cachedStatement(sql: sql) : connection.makeStatement(sql: sql)
        return SQLiteStatement(statement, connection)
    }

    func execute(_ script: String) throws { try connection.execute(sql: script) }

    var isInsideTransaction: Bool { connection.isInsideTransaction }
    func begin() throws { try connection.beginTransaction(.immediate) }
    func commit() throws { try connection.commit() }
    func rollback() { if connection.isInsideTransaction { try? connection.rollback() } }

    func columns(of table: String) throws -> [String] {
        try Query(uncached: self, "SELECT name FROM pragma_table_info('\(table)') ORDER BY cid").all { $0.text(0) }
    }

    func deferReferences() throws { try execute("PRAGMA defer_foreign_keys = ON") }

    /// SQLite gives the greatest and one.
    func settleNumbers(of tables: [String]) {}

    func suspendIndexes() throws -> any SuspendedIndexes { try SuspendedSQLiteIndexes(of: connection) }
}

extension Dialect {
    static let sqlite = Dialect(
        blob: "BLOB",
        greatest: { "max(\($0), \($1))" },
        hex: { "lower(hex(\($0)))" },
        isInteger: { "typeof(\($0)) = 'integer'" },
        byteCount: { "length(CAST(\($0) AS BLOB))" },
        date: { "date(\($0) * 86400, 'unixepoch')" },
        member: { "json_extract(\($0), '$.\($1)')" })
}
