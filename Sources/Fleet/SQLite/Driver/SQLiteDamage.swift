import GRDB
import System

/// What there is to an inventory that SQLite calls damaged. It says so of a page that could not be read as well.
enum SQLiteDamage {
    case confirmed
    /// The system cannot read the file, or SQLite's log beside it.
    case unreadable(SystemError)
    /// All of it can be read now, and is as it should be.
    case passing

    /// Reads all of it: for who has nothing else left to do.
    static func found(at path: String) -> SQLiteDamage {
        for file in [path, path + "-wal"] { if let failure = Files.readFailure(file) { return .unreadable(failure) } }
        let verdict = try? SQLiteConnection.reader(path: path).unsafeReentrantRead { database in
            try Query(SQLiteDatabase(database), "PRAGMA quick_check(1)").first { $0.text(0) }
        }
        return verdict == "ok" ? .passing : .confirmed
    }
}
