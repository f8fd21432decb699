import GRDB
import RotationModel
import Testing

@testable import Fleet

@Suite("What SQLite reports")
struct StorageFailureTests {
    private static let codes: [(ResultCode, RotationError.Code)] = [
        (.SQLITE_FULL, .io), (.SQLITE_IOERR, .io), (.SQLITE_IOERR_READ, .io), (.SQLITE_IOERR_FSYNC, .io),
        (ResultCode(rawValue: 8458), .io), (.SQLITE_CANTOPEN, .io), (ResultCode(rawValue: 1038), .io),
        (.SQLITE_READONLY, .permission), (.SQLITE_PERM, .permission), (.SQLITE_BUSY, .locked),
        (.SQLITE_LOCKED, .locked),
        (.SQLITE_CORRUPT, .inventory), (.SQLITE_NOTADB, .inventory), (.SQLITE_NOMEM, .inventory),
        (.SQLITE_ERROR, .inventory), (.SQLITE_INTERNAL, .inventory), (.SQLITE_TOOBIG, .inventory),
    ]

    @Test("Each error has the path, SQLite's number and advice, and only damage sends for a backup", arguments: codes)
    func told(_ code: ResultCode, _ kind: RotationError.Code) {
        let error = SQLiteFailure.error(
            DatabaseError(resultCode: code, message: "as it says"), path: "/f/fleet.sqlite")
        #expect(error.code == kind && error.place == "/f/fleet.sqlite" && !error.advice.isEmpty)
        #expect(error.message.contains("SQLite \(code.rawValue): as it says"))
        #expect(error.description.contains("backup") == (code == .SQLITE_CORRUPT))
        #expect(error.description.contains("damaged") == (code == .SQLITE_CORRUPT))
    }

    @Test(
        "What SQLite calls damaged is looked at: where all of it can be read and is right, a read failed, and nobody restores a backup"
    )
    func snapshot() throws {
        let workspace = try Workspace([FakeDevice("d1")])
        let error = failure {
            try workspace.tables.planningSnapshot { _ in throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
        }
        #expect(error?.code == .io && error?.place == workspace.tables.place)
        #expect(error?.message.contains("can be now (SQLite 11") == true && error?.advice.contains("dmesg") == true)
    }
}
