import GRDB
import RotationModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Opens SQLite connections to an inventory, each with the settings that its use needs.
enum Connection {
    /// For the job's own commits: what a commit wrote outlives a loss of power (`synchronous=FULL`).
    ///
    /// A batch touches many of the same pages as the one before (the keys' and fingerprints' indexes are in random order).
    /// Letting the log grow to 80 MB before it is copied back writes each of them once, not once a batch.
    ///
    /// - Parameter check: Called before anything is changed, a setting that the file keeps included.
    static func writer(path: String, check: (Database) throws -> Void) throws -> DatabaseQueue {
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
        let mayWrite = access(path, W_OK) == 0 && access(folder(of: path), W_OK) == 0
        if !mayWrite {
            configuration.readonly = true
            if access(path + "-wal", F_OK) != 0 { name = immutableURI(path) }
        }
        let queue = try DatabaseQueue(path: name, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA query_only = ON; PRAGMA cache_size = -16384;")
        }
        return queue
    }

    private static func configuration(label: String) -> Configuration {
        var configuration = Configuration()
        configuration.label = label
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        configuration.publicStatementArguments = false
        return configuration
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func immutableURI(_ path: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-".utf8)
        let encoded = path.utf8.map { plain.contains($0) ? String(UnicodeScalar($0)) : "%" + Hex.encode([$0]) }
        return "file:\(encoded.joined())?immutable=1"
    }
}
