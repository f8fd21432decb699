import GRDB
import RotationModel
import System

extension SQLiteFleet {
    package func backUp(to path: String) throws(RotationError) {
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
            throw StorageFailure.error(error, path: path)
        }
    }
}
