import CPostgreSQL
import RotationModel

/// A connection to a server, the one owner of libpq's handle.
final class PostgresConnection: Database {
    let handle: OpaquePointer
    private var statements: [String: PostgresStatement] = [:]
    private var names = 0
    private var numbersByTable: [String: PostgresNumbers] = [:]
    private(set) lazy var pipeline = PostgresPipeline(on: self)

    /// What a connection is for.
    enum Purpose {
        case writing
        /// Each transaction sees the registry as it was at its first read.
        case reading
    }

    /// - Throws: ``PostgresFailure``.
    init(to location: PostgresLocation, for purpose: Purpose) throws {
        var parameters = location.parameters
        parameters["client_encoding"] = "UTF8"
        parameters["connect_timeout"] = parameters["connect_timeout"] ?? "10"
        parameters["application_name"] = parameters["application_name"] ?? "rotation-job \(location.schema)"
        // A server that vanished without a word is noticed, and not after two hours.
        parameters["keepalives_idle"] = parameters["keepalives_idle"] ?? "20"
        parameters["tcp_user_timeout"] = parameters["tcp_user_timeout"] ?? "30000"
        guard let handle = PostgresConnection.connect(parameters) else {
            throw PostgresFailure(message: "libpq has no memory")
        }
        self.handle = handle
        guard PQstatus(handle) == CONNECTION_OK else {
            let message = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
            throw PostgresFailure(message: PostgresFailure.firstLine(message), isConnectionLost: true)
        }
        // Warnings of the server are its administrator's: standard error is the job's.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        try execute(PostgresConnection.settings(location, purpose))
    }

    deinit { PQfinish(handle) }

    private static func connect(_ parameters: [String: String]) -> OpaquePointer? {
        let all = parameters.sorted { $0.key < $1.key }
        return withCStrings(all.map(\.key)) { keys in
            withCStrings(all.map(\.value)) { values in PQconnectdbParams(keys, values, 0) }
        }
    }

    /// Texts as an array of C strings that ends with a null pointer.
    private static func withCStrings<T>(
        _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> T
    ) -> T {
        let bytes = texts.flatMap { Array($0.utf8CString) }
        return bytes.withUnsafeBufferPointer { memory in
            var offset = 0
            var pointers: [UnsafePointer<CChar>?] = []
            for text in texts {
                pointers.append(memory.baseAddress.map { $0 + offset })
                offset += text.utf8.count + 1
            }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer { list in
                guard let start = list.baseAddress else {
                    preconditionFailure("an array that has an element has an address")
                }
                return body(start)
            }
        }
    }

    /// The statements are made for loops over indexes, which is all that SQLite does. PostgreSQL, which knows nothing of tables that were filled a
    /// moment ago, would read them whole for each row of another.
    ///
    /// A statement that hangs ends, and so does one that waits for a lock that somebody holds. Only a bulk import is longer in one statement.
    private static func settings(_ location: PostgresLocation, _ purpose: Purpose) -> String {
        let common = """
            SET search_path TO \(location.schema);
            SET standard_conforming_strings = on; SET TIME ZONE 'UTC'; SET bytea_output = 'hex';
            SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;
            SET statement_timeout = '5min'; SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '10min';
            """
        return switch purpose {
        // What is committed outlives the server's loss of power, and where it has a synchronous standby its loss altogether.
        case .writing: common + "SET synchronous_commit = on; SET default_transaction_isolation = 'read committed'"
        case .reading:
            common + "SET default_transaction_read_only = on; SET default_transaction_isolation = 'repeatable read'"
        }
    }

    // MARK: Statements

    var dialect: Dialect { .postgres }

    func statement(_ sql: String, _ use: StatementUse) throws -> any PreparedStatement {
        switch use {
        case .streaming: return PostgresCursor(sql, on: self)
        // Rows are fetched before the body sees the first of them: one statement serves a loop within its own loop too.
        case .cached, .nested: return prepared(sql)
        }
    }

    /// The statement of that text, which is prepared when it is executed first.
    func prepared(_ sql: String) -> PostgresStatement {
        if let known = statements[sql] { return known }
        let statement = PostgresStatement(sql, name: unusedName("s"), on: self)
        statements[sql] = statement
        return statement
    }

    func unusedName(_ prefix: String) -> String {
        names += 1
        return "\(prefix)\(names)"
    }

    /// The numbers for new rows of a table.
    func numbers(of table: String) -> PostgresNumbers {
        if let known = numbersByTable[table] { return known }
        let numbers = PostgresNumbers(of: table, on: self)
        numbersByTable[table] = numbers
        return numbers
    }

    /// Waits for the answers of all that was sent.
    func settle() throws { try pipeline.settle() }

    func execute(_ script: String) throws {
        try settle()
        _ = try PostgresResult(PQexec(handle, script), on: self)
    }

    // MARK: Transactions

    var isInsideTransaction: Bool {
        let status = PQtransactionStatus(handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE
    }

    /// Whether there is a server at the other end: it is asked, since one that went away says so too late.
    var isAlive: Bool {
        guard isConnected else { return false }
        let answer = PQexec(handle, "")
        defer { PQclear(answer) }
        return PQresultStatus(answer) == PGRES_EMPTY_QUERY
    }

    /// Whether nothing was noticed to the contrary.
    var isConnected: Bool { PQstatus(handle) == CONNECTION_OK }

    func begin() throws {
        try execute("BEGIN")
        try execute(PostgresConnection.writersInTurn)
    }

    /// Begins a transaction that only reads.
    func beginReading() throws { try execute("BEGIN") }

    /// One writer at a time, whichever host it is on, held until its transaction ends: what it reads before it writes is what holds when it
    /// commits. The schema is in the key, since several registries may share a database.
    private static let writersInTurn =
        "SELECT pg_advisory_xact_lock(hashtextextended('rotation-job ' || current_schema(), 0))"

    func commit() throws {
        try settle()
        let result = try PostgresResult(PQexec(handle, "COMMIT"), on: self)
        // The server answers a COMMIT of a transaction that failed with ROLLBACK, and no error.
        guard result.tag == "COMMIT" else {
            throw PostgresFailure(state: "25P02", message: "the transaction had failed before, and was undone")
        }
    }

    func rollback() {
        try? settle()
        if isInsideTransaction { try? execute("ROLLBACK") }
    }

    func columns(of table: String) throws -> [String] {
        try Query(
            self,
            """
            SELECT CAST(attname AS TEXT) FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped
            ORDER BY attnum
            """
        ).all([.text(table)]) { $0.text(0) }
    }

    func deferReferences() throws { try execute("SET CONSTRAINTS ALL DEFERRED") }

    func settleNumbers(of tables: [String]) throws {
        for table in tables {
            // Also where a transaction that was undone took numbers of the sequence: they are not given again.
            try execute(
                """
                SELECT setval(pg_get_serial_sequence('\(table)', 'id'), greatest(max(id), 1), max(id) IS NOT NULL)
                FROM \(table)
                """)
        }
    }

    func suspendIndexes() throws -> any SuspendedIndexes { KeptIndexes() }
}

/// PostgreSQL keeps its indexes up while rows come in: to drop them takes a lock that stops every reader.
private struct KeptIndexes: SuspendedIndexes {
    func restore() {}
    func settle() {}
}

extension Dialect {
    static let postgres = Dialect(
        blob: "BYTEA",
        greatest: { "greatest(\($0), \($1))" },
        hex: { "encode(\($0), 'hex')" },
        isInteger: { _ in "true" },
        byteCount: { "octet_length(\($0))" },
        date: { "to_char(DATE '1970-01-01' + CAST(\($0) AS INTEGER), 'YYYY-MM-DD')" },
        member: { "(CAST(\($0) AS JSON) ->> '\($1)')" })
}
