import RotationModel

/// Which submissions of the gate's spool were taken in, and which files of the inbox were taken or refused and may lie there still: so that
/// what is read a second time has no second effect. A submission's name has no slash; the mark of a file has one.
struct TakenSubmissions {
    private let run: RunID
    private let at: Timestamp
    private let insert: Query

    init(_ database: any Database, run: RunID, at: Timestamp) throws {
        (self.run, self.at) = (run, at)
        insert = try Query(
            database, "INSERT INTO taken_submissions (name, run, taken_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
    }

    /// - Returns: Whether it is new.
    @discardableResult
    func add(_ name: String) throws -> Bool { try insert.changes([.text(name), .run(run), .time(at)]) == 1 }

    /// - Parameter mark: of a file that was refused; nil where nobody can tell it from others.
    /// - Returns: Whether its refusal is new.
    func addRefused(_ mark: String?) throws -> Bool { try mark.map { try add(TakenSubmissions.refused + $0) } ?? true }

    /// What the name of a refused file's mark starts with here.
    static let refused = "refused "
}
