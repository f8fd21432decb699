import GRDB
import GRDBSQLite
import Lifecycle
import RotationModel

/// A value for a statement's placeholder, in SQLite's storage classes.
enum SQLValue {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
    case digest(SHA256Digest)

    static let digestSize = 32

    /// How many bytes it takes beside the statement.
    var size: Int {
        switch self {
        case .null, .integer: 0
        case .text(let text): text.utf8.count
        case .blob(let bytes): bytes.count
        case .digest: SQLValue.digestSize
        }
    }

    static func row<Kind>(_ row: RowID<Kind>) -> SQLValue { .integer(row.number) }
    static func run(_ run: RunID?) -> SQLValue { optional(run?.text) }
    static func state(of rotation: Rotation) -> SQLValue { .text(rotation.state.rawValue) }
    static func time(_ time: Timestamp) -> SQLValue { .integer(time.seconds) }
    static func optional(_ time: Timestamp?) -> SQLValue { time.map(SQLValue.time) ?? .null }
    static func count(_ count: Int) -> SQLValue { .integer(Int64(count)) }
    static func optional(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }
    static func optional(_ number: Int64?) -> SQLValue { number.map(SQLValue.integer) ?? .null }
}

/// A prepared statement with positional values, stepped without an intermediate copy of its rows.
///
/// GRDB prepares, caches and owns the statement. Its own argument and row types box each value, which costs more than
/// SQLite's work on a small row, and a run writes a dozen such rows for a device.
struct Query {
    private let database: Database
    private let statement: Statement
    private let handle: OpaquePointer

    /// Prepares the statement, or takes it from the connection's cache.
    init(_ database: Database, _ sql: String) throws {
        self.database = database
        statement = try database.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    /// Prepares a statement of its own, for a loop whose body may run the same query again.
    init(uncached database: Database, _ sql: String) throws {
        self.database = database
        statement = try database.makeStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    /// Executes the statement and returns how many rows it changed.
    @discardableResult
    func run(_ values: [SQLValue] = []) throws -> Int {
        try bound(to: values) { while try step() {} }
        return Int(sqlite3_changes(database.sqliteConnection))
    }

    /// Executes an INSERT and returns its row id.
    func insert(_ values: [SQLValue]) throws -> Int64 {
        try run(values)
        return sqlite3_last_insert_rowid(database.sqliteConnection)
    }

    /// The first row, or nil.
    func first<T>(_ values: [SQLValue] = [], _ read: (ResultRow) throws -> T) throws -> T? {
        try bound(to: values) { try step() ? read(ResultRow(handle)) : nil }
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
        try bound(to: values) {
            let row = ResultRow(handle)
            while try step() { try body(row) }
        }
    }

    private func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    private func finish() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// Runs the body with the values bound. Texts and blobs lie in one piece of memory meanwhile: SQLite would make a piece of each, and a run
    /// binds a hundred of them for a device.
    private func bound<T>(to values: [SQLValue], _ body: () throws -> T) throws -> T {
        var size = 0
        for value in values { size += value.size }
        return try withUnsafeTemporaryAllocation(byteCount: max(1, size), alignment: 1) { memory in
            defer { finish() }
            try bind(values, in: memory)
            return try body()
        }
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

/// The current row of a statement, by column index from 0. It is valid until the statement steps on.
struct ResultRow {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }

    func isNull(_ column: CInt) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    func integer(_ column: CInt) -> Int64 { sqlite3_column_int64(handle, column) }
    func time(_ column: CInt) -> Timestamp { Timestamp(seconds: integer(column)) }
    func optionalInteger(_ column: CInt) -> Int64? { isNull(column) ? nil : integer(column) }
    func optionalTime(_ column: CInt) -> Timestamp? { isNull(column) ? nil : time(column) }
    func optionalText(_ column: CInt) -> String? { isNull(column) ? nil : text(column) }

    func text(_ column: CInt) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func isInteger(_ column: CInt) -> Bool { sqlite3_column_type(handle, column) == SQLITE_INTEGER }

    /// Nil where the column holds no text, or none in UTF-8.
    func exactText(_ column: CInt) -> String? {
        guard sqlite3_column_type(handle, column) == SQLITE_TEXT, let start = sqlite3_column_text(handle, column) else {
            return nil
        }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(validating: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func withBytes<T>(_ column: CInt, _ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        let start = sqlite3_column_blob(handle, column)
        return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    func bytes(_ column: CInt) -> [UInt8] { withBytes(column) { Array($0) } }

    /// - Throws: ``RotationError/Code/inventory`` where the column does not hold 32 bytes.
    func digest(_ column: CInt) throws -> SHA256Digest {
        guard let digest = withBytes(column, { SHA256Digest(raw: $0) }) else {
            throw StorageFailure.unreadable("a digest that is not 32 bytes long")
        }
        return digest
    }

    func fingerprint(_ column: CInt) throws -> Fingerprint { Fingerprint(try digest(column)) }
    func keyFingerprint(_ column: CInt) throws -> KeyFingerprint { KeyFingerprint(try digest(column)) }
    func key(_ fingerprint: CInt, _ identity: CInt) throws -> KeyReference {
        KeyReference(identity: try keyIdentity(identity), fingerprint: try keyFingerprint(fingerprint))
    }
    func keyIdentity(_ column: CInt) throws -> KeyIdentity { KeyIdentity(try digest(column)) }

    func run(_ column: CInt) -> RunID { RunID(text(column)) }
    func optionalRun(_ column: CInt) -> RunID? { optionalText(column).map(RunID.init) }

    func certificate(_ column: CInt) -> Rotation.Certificate { RowID(integer(column)) }

    /// - Throws: ``RotationError/Code/inventory`` where the columns do not go together.
    func rotation(state: CInt, original: CInt, replacement: CInt) throws -> Rotation {
        try Rotation(
            state: try value(state), original: certificate(original),
            replacement: isNull(replacement) ? nil : certificate(replacement))
    }

    /// A reason's code and text, and a policy's name, file and line, in columns one after the other.
    func cause(from column: CInt) throws -> Cause {
        Cause(
            Reason(try value(column), text(column + 1)),
            PolicyReference(name: text(column + 2), file: text(column + 3), line: Int(integer(column + 4))))
    }

    /// A value of an enumeration that is stored by its raw text.
    ///
    /// - Throws: ``RotationError/Code/inventory`` where this version knows no such value.
    func value<T: RawRepresentable>(_ column: CInt, of type: T.Type = T.self) throws -> T where T.RawValue == String {
        let stored = text(column)
        guard let value = T(rawValue: stored) else {
            throw StorageFailure.unreadable("the \(type) \u{201C}\(stored)\u{201D}")
        }
        return value
    }
}
