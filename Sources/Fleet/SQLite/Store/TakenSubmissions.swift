import GRDB
import RotationModel

/// Which submissions of the gate's spool were taken in: so that one that is read a second time has no second effect.
struct TakenSubmissions {
    private let run: RunID
    private let at: Timestamp
    private let insert: Query

    init(_ database: Database, run: RunID, at: Timestamp) throws {
        (self.run, self.at) = (run, at)
        insert = try Query(
            database, "INSERT OR IGNORE INTO taken_submissions (name, run, taken_at) VALUES (?, ?, ?)")
    }

    func add(_ name: String) throws { try insert.run([.text(name), .run(run), .time(at)]) }
}
