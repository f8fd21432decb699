import GRDB
import RotationModel
import System

/// An inventory in one file of SQLite.
final class SQLiteEngine: Engine {
    /// The file, as it was given.
    let place: String
    private let writer: DatabaseQueue?
    private let reader: DatabaseQueue
    /// The file that was opened.
    private let identity: FileIdentity?
    /// What SQLite counts changes of the tables by, where reads are to fail after one.
    private let schemaVersion: Int64?

    /// - Parameter keys: For an inventory of a version that did not know what a key is yet, only how it is written.
    init(
        path: String, access: InventoryAccess, purpose: InventorySchema.Purpose, keys: KeyReaders?
    ) throws(RotationError) {
        place = path
        identity = FileIdentity.following(path)
        do {
            if access == .readWrite {
                let writer = try SQLiteConnection.writer(path: path) {
                    try InventorySchema.check($0, path: path, for: purpose)
                }
                try InventorySchema.migrator(reading: keys).migrate(writer)
                self.writer = writer
            } else {
                writer = nil
            }
            reader = try access == .live ? SQLiteConnection.watcher(path: path) : SQLiteConnection.reader(path: path)
            schemaVersion = try reader.unsafeReentrantRead { connection in
                if access != .readWrite { try InventorySchema.check(connection, path: path, for: .reading) }
                return access == .live ? try SQLiteEngine.schemaVersion(SQLiteDatabase(connection)) : nil
            }
        } catch {
            throw SQLiteFailure.error(error, path: path)
        }
    }

    var isReplaced: Bool {
        guard let identity, let found = FileIdentity.following(place) else { return true }
        return !found.isSameFile(as: identity)
    }

    func isFailure(_ error: any Error) -> Bool { error is DatabaseError }

    func failure(_ error: any Error) -> RotationError { SQLiteFailure.error(error, path: place) }

    // MARK: Transactions

    func read<T>(_ body: (any Database) throws -> T) throws -> T {
        try reader.unsafeReentrantRead { connection in
            let database = SQLiteDatabase(connection)
            if database.isInsideTransaction { return try body(database) }
            // Prepared once: a gate begins one for each request.
            try Query(database, "BEGIN DEFERRED TRANSACTION").run()
            do {
                try checkSchema(database)
                let result = try body(database)
                try Query(database, "COMMIT TRANSACTION").run()
                return result
            } catch {
                database.rollback()
                throw error
            }
        }
    }

    /// An inventory that another program brought up to date may mean other things by the same words.
    private func checkSchema(_ database: any Database) throws {
        guard let schemaVersion, try SQLiteEngine.schemaVersion(database) != schemaVersion else { return }
        throw RotationError(
            .inventory, "the inventory's tables were changed meanwhile", at: place, advice: "open it again")
    }

    private static func schemaVersion(_ database: any Database) throws -> Int64 {
        try Query(database, "PRAGMA schema_version").first { $0.integer(0) } ?? 0
    }

    func write<T>(_ body: (any Database) throws -> T) throws -> T {
        try writable().write { try body(SQLiteDatabase($0)) }
    }

    func withWriter<T>(_ body: (any Database) throws -> T) throws -> T {
        try writable().writeWithoutTransaction { try body(SQLiteDatabase($0)) }
    }

    private func writable() throws(RotationError) -> DatabaseQueue {
        guard let writer else {
            throw RotationError(.inventory, "the inventory was opened for reading only", at: place)
        }
        return writer
    }

    // MARK: The file

    func claim() -> RunClaim { RunClaim() }

    func isClaimed() -> Bool { false }

    func backUp(to path: String) throws(RotationError) {
        do {
            _ = try OpenFile(making: path, mode: 0o600)
        } catch {
            throw RotationError(error.isDenied ? .permission : .io, "the backup cannot be written: \(error)", at: path)
        }
        do {
            let target = try DatabaseQueue(path: path)
            // In one step: in several, each commit of a run would begin it anew.
            try reader.backup(to: target)
            // One file, which can be copied and checked without a log beside it.
            try target.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try target.close()
        } catch {
            throw SQLiteFailure.error(error, path: path)
        }
    }

    func storageFaults(limit: Int) throws -> [String] {
        try read { database in
            let engine = try Query(uncached: database, "PRAGMA integrity_check(\(limit))").all { $0.text(0) }
                .filter { $0 != "ok" }
            var references: [String] = []
            try Query(uncached: database, "PRAGMA foreign_key_check").forEach { row in
                guard references.count < limit else { return }
                references.append("row \(row.integer(1)) of \(row.text(0)) leads to nothing in \(row.text(2))")
            }
            return engine + references
        }
    }
}
