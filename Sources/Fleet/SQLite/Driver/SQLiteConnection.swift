import Basics
import GRDB
import RotationModel
import System

/// Opens SQLite connections to an inventory, each with the settings that its use needs.
enum SQLiteConnection {
    /// For the job's own commits: what a commit wrote outlives a loss of power (`synchronous=FULL`).
    ///
    /// A batch touches many of the same pages as the one before (the keys' and fingerprints' indexes are in random order).
    /// Letting the log grow to 80 MB before it is copied back writes each of them once, not once a batch.
    ///
    /// - Parameter check: Called before anything is changed, a setting that the file keeps included.
    static func writer(path: String, check: (GRDB.Database) throws -> Void) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path, configuration: configuration(label: "inventory.writer"))
        try queue.writeWithoutTransaction { database in
            try check(database)
            try database.execute(
                sql: """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = 20000;
                    PRAGMA cache_size = -98304;
                    PRAGMA secure_delete = OFF;
                    """)
        }
        return queue
    }

    /// For reading, beside a writer in this process or another.
    ///
    /// A connection that SQLite opened read-only cannot clear away the write-ahead log when it is the last to close, so
    /// a user who may write gets one that merely refuses to (`query_only`). A user who may only read gets a read-only one;
    /// where no log stands beside the file nobody writes it, and it is read without the lock files that such a user
    /// could not make.
    static func reader(path: String) throws -> DatabaseQueue {
        var configuration = configuration(label: "inventory.reader")
        var name = path
        if !mayWrite(path) {
            configuration.readonly = true
            if !FileAccess.exists(path + "-wal") { name = uri(path, "immutable=1") }
        }
        let queue = try DatabaseQueue(path: name, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA query_only = ON; PRAGMA cache_size = -16384;")
        }
        return queue
    }

    /// For reading what is committed at each moment, and for nothing else. Who waits for it is a device: it gives up soon where the inventory is
    /// locked, which writers in WAL mode do not do to readers.
    static func watcher(path: String) throws -> DatabaseQueue {
        var configuration = configuration(label: "inventory.watcher")
        configuration.busyMode = .timeout(0.5)
        // One that was moved away just now is not made anew.
        let queue = try DatabaseQueue(path: uri(path, "mode=rw"), configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA query_only = ON; PRAGMA cache_size = -16384;")
        }
        return queue
    }

    /// SQLite makes files beside the inventory.
    static func mayWrite(_ path: String) -> Bool {
        FileAccess.mayWrite(path) && FileAccess.mayWrite(Files.folder(of: path))
    }

    private static func configuration(label: String) -> Configuration {
        var configuration = Configuration()
        configuration.label = label
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        configuration.publicStatementArguments = false
        return configuration
    }

    private static func uri(_ path: String, _ parameters: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-".utf8)
        let encoded = path.utf8.map { plain.contains($0) ? String(UnicodeScalar($0)) : "%" + Hex.encode([$0]) }
        return "file:\(encoded.joined())?\(parameters)"
    }
}
