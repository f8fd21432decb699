import GRDB
import RotationModel

/// Turns what SQLite reports into errors that say what to do. Values never appear in them: they may be certificates.
enum StorageFailure {
    /// What holds for every failure of a write, and is what an operator wants to know first.
    private static let nothingLost = "what was committed before stands"

    static func error(_ failure: any Error, path: String) -> RotationError {
        switch failure {
        case let known as RotationError: known
        case let database as DatabaseError: error(database, path: path)
        default: RotationError(.inventory, "the inventory failed: \(failure)", at: path)
        }
    }

    private static func error(_ failure: DatabaseError, path: String) -> RotationError {
        switch failure.resultCode.primaryResultCode {
        case .SQLITE_FULL:
            RotationError(
                .io, "the disk that holds the inventory is full", at: path,
                advice: "free some space and start again; \(nothingLost)")
        case .SQLITE_IOERR:
            RotationError(
                .io, "reading or writing the inventory failed (\(detail(of: failure)))", at: path,
                advice: "check the disk and its free space, then start again; \(nothingLost)")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            RotationError(
                .permission, "the inventory may not be written", at: path,
                advice: "run as the user that owns the file and its folder, on a disk that is mounted for writing")
        case .SQLITE_CANTOPEN:
            RotationError(
                .io, "the inventory cannot be opened", at: path,
                advice: "check that the file and its folder can be read and written by this user")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            RotationError(
                .locked, "another process is writing the inventory, and did not finish in time", at: path,
                advice: "wait for it to end, then start again")
        case .SQLITE_CORRUPT:
            RotationError(
                .inventory, "the inventory is damaged (\(detail(of: failure)))", at: path,
                advice: "stop every job that uses it, keep a copy, and restore a backup or try `sqlite3 FILE .recover`")
        case .SQLITE_NOTADB:
            RotationError(
                .inventory, "the file is no SQLite database", at: path,
                advice: "name the inventory's file in rotation.yaml, or make a new one with `rotation-job init`")
        case .SQLITE_NOMEM:
            RotationError(.inventory, "there is not enough memory for the inventory", at: path)
        default:
            RotationError(.inventory, "the inventory refused: \(detail(of: failure))", at: path)
        }
    }

    /// SQLite's own words and number, without the statement's values.
    private static func detail(of failure: DatabaseError) -> String {
        "SQLite \(failure.extendedResultCode.rawValue): \(failure.message ?? "no message")"
    }

    /// A stored value that this version cannot read.
    static func unreadable(_ what: String) -> RotationError {
        RotationError(
            .inventory, "the inventory holds \(what), which this version cannot read",
            advice: "use the version of rotation-job that wrote it, or restore a backup")
    }
}
