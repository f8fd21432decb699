import GRDB
import RotationModel

/// The inventory's tables, by version. A migration that was released is never edited: a change is a new one.
enum InventorySchema {
    /// `RJOB`, in the file's header: tells an inventory from any other SQLite database.
    static let applicationID: Int64 = 0x524A_4F42

    /// - Parameter readers: For keys of before the fifth version; nil where the inventory is only looked at, or has nothing in it.
    static func migrator(reading readers: KeyReaders? = nil) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1-inventory", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: Version1.vocabulary)
            try database.execute(sql: Version1.fleet)
            try database.execute(sql: Version1.rotations)
            try database.execute(sql: Version1.records)
        }
        migrator.registerMigration("2-lifecycle", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Version2.revocations)
            try database.execute(sql: Version2.certificates)
            try database.execute(sql: Version2.rotations)
        }
        migrator.registerMigration("3-halts", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Version3.rollouts)
        }
        migrator.registerMigration("4-requests", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Version4.requests)
        }
        migrator.registerMigration("5-key-identity", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Version5.columns)
            try Version5.fill(SQLiteDatabase(database), reading: readers)
            try database.execute(sql: Version5.indexes)
        }
        migrator.registerMigration("6-imports", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Version6.imports)
        }
        migrator.registerMigration("7-proof", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Version7.requests)
        }
        migrator.registerMigration("8-gate", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Version8.requests)
            try database.execute(sql: Version8.gate)
        }
        migrator.registerMigration("9-recovery", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Version9.recovery)
        }
        migrator.registerMigration("10-classes", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: Version10.classes)
            try database.execute(sql: Version10.findings)
            try database.execute(sql: Version10.counts)
        }
        return migrator
    }

    /// What a connection is opened for, and so what it may find.
    enum Purpose { case creating, writing, reading }

    /// Checks that the file is an inventory of a version that this program knows.
    ///
    /// - Throws: ``RotationError/Code/inventory``.
    static func check(_ connection: GRDB.Database, path: String, for purpose: Purpose) throws {
        let database = SQLiteDatabase(connection)
        let isEmpty = try !Query(database, "SELECT 1 FROM sqlite_schema LIMIT 1").exists([])
        if purpose == .creating && isEmpty { return }
        let application = try Query(database, "PRAGMA application_id").first { $0.integer(0) } ?? 0
        guard application == applicationID else {
            throw RotationError(
                .inventory, isEmpty ? "the database is empty" : "the file is a database of another program", at: path,
                advice: "name the inventory's file in rotation.yaml, or make a new one with `rotation-job init`")
        }
        if try migrator().hasBeenSuperseded(connection) {
            throw RotationError(
                .inventory, "the inventory was written by a newer version of rotation-job", at: path,
                advice: "use that version or a later one")
        }
        if purpose == .reading, try !migrator().hasCompletedMigrations(connection) {
            throw RotationError(
                .inventory, "the inventory is of an older version of rotation-job", at: path,
                advice: "a command that writes, such as `rotation-job run`, brings it up to date")
        }
    }
}
