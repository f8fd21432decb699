import RotationModel

/// The lock of a session that one run at a time has in a registry. The server lets go of it when the session ends, however it ends.
enum PostgresClaim {
    private static let key = "hashtextextended('rotation-job run ' || current_schema(), 0)"

    static func take(on connection: PostgresConnection, shared: Bool = false) throws -> Bool {
        try Query(connection, "SELECT pg_try_advisory_lock\(suffix(shared))(\(key))").first { $0.integer(0) == 1 }
            ?? false
    }

    static func release(on connection: PostgresConnection, shared: Bool = false) throws {
        _ = try Query(connection, "SELECT pg_advisory_unlock\(suffix(shared))(\(key))").first { $0.integer(0) }
    }

    /// A shared one goes beside others that are shared: who only asks keeps nobody out who asks as well.
    private static func suffix(_ shared: Bool) -> String { shared ? "_shared" : "" }

    static func taken(at place: String) -> RotationError {
        RotationError(
            .locked, "a run, or another command that changes what runs decide on, is under way on this host or another",
            at: place, advice: "wait until it has ended (`rotation-job status` names it), then start again")
    }
}
