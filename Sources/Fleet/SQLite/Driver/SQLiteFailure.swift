import GRDB
import RotationModel

/// Turns what SQLite reports into errors that say where, what, and what to do, with SQLite's own number. Values never appear in them: they may be
/// certificates.
enum SQLiteFailure {
    /// What holds for every failure of a write, and is what an operator wants to know first.
    private static let nothingLost = "what was committed before stands"

    static func error(_ failure: any Error, path: String) -> RotationError {
        switch failure {
        case let known as RotationError: known
        case let database as DatabaseError: error(database, path: path)
        default:
            RotationError(
                .inventory, "the inventory failed: \(failure)", at: path, advice: "start again; \(nothingLost)")
        }
    }

    private static func error(_ failure: DatabaseError, path: String) -> RotationError {
        let isDamage = failure.resultCode.primaryResultCode == .SQLITE_CORRUPT
        let kind = isDamage ? Kind(SQLiteDamage.found(at: path)) : Kind(failure.resultCode.primaryResultCode)
        return RotationError(
            kind.code, "\(kind.message) (\(detail(of: failure)))", at: path, advice: kind.advice)
    }

    /// SQLite's own words and number, without the statement's values.
    private static func detail(of failure: DatabaseError) -> String {
        "SQLite \(failure.extendedResultCode.rawValue): \(failure.message ?? "no message")"
    }

    /// What a result code means for an operator.
    private struct Kind {
        let code: RotationError.Code
        let message: String
        let advice: String

        init(_ code: RotationError.Code, _ message: String, _ advice: String) {
            (self.code, self.message, self.advice) = (code, message, advice)
        }

        init(_ damage: SQLiteDamage) {
            self =
                switch damage {
                case .confirmed:
                    Kind(
                        .inventory, "the inventory is damaged",
                        "stop every job that uses it, keep a copy, and restore a backup or try `sqlite3 FILE .recover`")
                case .unreadable(let failure):
                    Kind(
                        .io, "the inventory cannot be read: \(failure)",
                        "check the disk (dmesg), and how many files may be open (ulimit -n), then start again; \(nothingLost)"
                    )
                case .passing:
                    Kind(
                        .io, "a page of the inventory could not be read, though all of it can be now",
                        "check the disk (dmesg), then start again; \(nothingLost)")
                }
        }

        init(_ result: ResultCode) {
            self =
                switch result {
                case .SQLITE_FULL:
                    Kind(
                        .io, "the disk that holds the inventory is full",
                        "free some space and start again; \(nothingLost)")
                case .SQLITE_IOERR:
                    Kind(
                        .io, "reading or writing the inventory failed",
                        "check the disk (dmesg), its free space, and how many files may be open (ulimit -n), then start again; \(nothingLost)"
                    )
                case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
                    Kind(
                        .permission, "the inventory may not be written",
                        "run as the user that owns the file and its folder, on a disk that is mounted for writing")
                case .SQLITE_CANTOPEN:
                    Kind(
                        .io, "the inventory, or SQLite's log beside it, cannot be opened",
                        "check that this user can read and write the file and its folder, and how many files may be open (ulimit -n)"
                    )
                case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
                    Kind(
                        .locked, "another process is writing the inventory, and did not finish in time",
                        "wait for it to end, then start again")
                case .SQLITE_NOTADB:
                    Kind(
                        .inventory, "the file is no SQLite database",
                        "name the inventory's file in rotation.yaml, or make a new one with `rotation-job init`")
                case .SQLITE_NOMEM:
                    Kind(
                        .inventory, "there is not enough memory for the inventory",
                        "free some memory, or allow this process more (ulimit -v, MemoryMax=), and start again; \(nothingLost)"
                    )
                default:
                    Kind(
                        .inventory, "the inventory refused",
                        "start again, and where it comes back, keep a copy of the inventory and report this message; \(nothingLost)"
                    )
                }
        }
    }
}
