import GRDB
import GRDBSQLite
import RotationModel

/// A statement that GRDB prepares, caches and owns.
///
/// GRDB's own argument and row types box each value, which costs more than SQLite's work on a small row, and a run writes a dozen such rows for a
/// device.
final class SQLiteStatement: PreparedStatement {
    private let database: GRDB.Database
    private let statement: Statement
    private let handle: OpaquePointer

    init(_ statement: Statement, _ database: GRDB.Database) {
        self.database = database
        self.statement = statement
        handle = statement.sqliteStatement
    }

    var changes: Int { Int(sqlite3_changes(database.sqliteConnection)) }

    func run(_ values: [SQLValue]) throws { try open(values) { while try step() {} } }

    func insert(_ values: [SQLValue]) throws -> Int64 {
        try open(values) { while try step() {} }
        return sqlite3_last_insert_rowid(database.sqliteConnection)
    }

    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    func type(_ column: CInt) -> SQLType {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .other
        }
    }

    func integer(_ column: CInt) -> Int64 { sqlite3_column_int64(handle, column) }

    func bytes(_ column: CInt) -> UnsafeRawBufferPointer {
        // Of a blob it is the blob; anything else SQLite makes a text of, in UTF-8.
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    // MARK: Values

    /// Texts and blobs lie in one piece of memory meanwhile: SQLite would make a piece of each, and a run binds a hundred of them for a device.
    func open(_ values: [SQLValue], _ body: () throws -> Void) throws {
        var size = 0
        for value in values { size += value.size }
        try withUnsafeTemporaryAllocation(byteCount: max(1, size), alignment: 1) { memory in
            defer { finish() }
            try bind(values, in: memory)
            try body()
        }
    }

    private func finish() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// - Parameter memory: what the values are copied to; it has to outlive the bindings.
    private func bind(_ values: [SQLValue], in memory: UnsafeMutableRawBufferPointer) throws {
        sqlite3_reset(handle)
        var index: CInt = 1
        var free = memory[...]
        for value in values {
            let code = bind(value, at: index, in: &free)
            guard code == SQLITE_OK else { throw failure(code) }
            index += 1
        }
    }

    private func bind(
        _ value: SQLValue, at index: CInt, in free: inout Slice<UnsafeMutableRawBufferPointer>
    ) -> CInt {
        /// The bytes where they stay until the statement is done. An empty piece has an address too: SQLite takes a null pointer for NULL.
        func keep(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
            let start = free.base.baseAddress.map { $0 + free.startIndex }
            if let source = bytes.baseAddress { start?.copyMemory(from: source, byteCount: bytes.count) }
            free = free.dropFirst(bytes.count)
            return start.map { UnsafeRawPointer($0) }
        }
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .integer(let number): return sqlite3_bind_int64(handle, index, number)
        case .text(var text):
            let count = CInt(text.utf8.count)
            let kept = text.withUTF8 { keep(UnsafeRawBufferPointer($0)) }
            return sqlite3_bind_text(handle, index, kept?.assumingMemoryBound(to: CChar.self), count, nil)
        case .blob(let bytes):
            let kept = bytes.withUnsafeBytes(keep)
            return sqlite3_bind_blob(handle, index, kept, CInt(bytes.count), nil)
        case .digest(let digest):
            let kept = digest.withBytes { keep(UnsafeRawBufferPointer($0)) }
            return sqlite3_bind_blob(handle, index, kept, CInt(SQLValue.digestSize), nil)
        }
    }

    private func failure(_ code: CInt) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(database.sqliteConnection)))
    }
}
