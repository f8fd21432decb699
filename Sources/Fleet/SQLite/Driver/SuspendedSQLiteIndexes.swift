import GRDB
import GRDBSQLite

/// Indexes of certificates that are not kept up while very many come in, and are built when those are there.
///
/// Keys and fingerprints are random: each row that is put into an index of them touches another page, which each commit writes anew. Sorted and
/// built at once, an index costs a fraction of that. All of it is one transaction: whoever reads meanwhile has the inventory as it was, with
/// its indexes, and so has whoever comes after a death.
///
/// What is written down of keys that several devices have follows from one of them, and waits with it.
struct SuspendedSQLiteIndexes: SuspendedIndexes {
    private static let sharing = "keys_of_several_devices"

    private let connection: GRDB.Database
    private let definitions: [String]
    private let sharing: String?

    /// Drops the indexes by which no import looks anything up, and which check nothing.
    init(of connection: GRDB.Database) throws {
        self.connection = connection
        let database = SQLiteDatabase(connection)
        let indexes = try Query(
            uncached: database,
            """
            SELECT l.name, s.sql FROM pragma_index_list('certificates') l
            JOIN sqlite_schema s ON s.type = 'index' AND s.name = l.name
            WHERE l.origin = 'c' AND NOT l."unique"
              AND (SELECT i.name FROM pragma_index_info(l.name) i WHERE i.seqno = 0) IS NOT 'device'
            ORDER BY l.name
            """
        ).all { (name: $0.text(0), definition: $0.text(1)) }
        for index in indexes { try connection.execute(sql: "DROP INDEX \(index.name.quotedDatabaseIdentifier)") }
        definitions = indexes.map(\.definition)
        sharing = try Query(database, "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?")
            .first([.text(SuspendedSQLiteIndexes.sharing)]) { $0.text(0) }
        try connection.execute(sql: "DROP TRIGGER IF EXISTS \(SuspendedSQLiteIndexes.sharing)")
    }

    /// Builds them again, as they were defined.
    func restore() throws {
        for definition in definitions {
            // What is still to be written would be written twice while the index is built: once into a journal of that statement.
            sqlite3_db_cacheflush(connection.sqliteConnection)
            try connection.execute(sql: definition)
        }
        guard let sharing else { return }
        try connection.execute(
            sql: """
                INSERT OR IGNORE INTO shared_keys
                  SELECT key_identity FROM certificates GROUP BY key_identity HAVING min(device) <> max(device)
                """)
        try connection.execute(sql: sharing)
    }

    /// The log has the whole transaction: it is not to stay as long as the inventory.
    func settle() throws { try connection.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
}
