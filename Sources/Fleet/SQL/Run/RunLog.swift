import Basics
import RotationModel

extension SQLFleet {
    package func beginRun(
        _ run: RunRecord, for occasion: RunOccasion, unless isAtWork: (RunRecord) -> Bool
    ) throws(RotationError) {
        try write { database in
            if let other = try RunLog.records(database, "WHERE ended_at IS NULL ORDER BY started_at, id").first(
                where: isAtWork)
            {
                throw RotationError(
                    .locked,
                    "another run holds this workspace (process \(other.pid)), though its lock file was removed or replaced",
                    at: place, advice: "wait until it has ended, then start again; a lock file is never to be removed")
            }
            try Query(database, "INSERT INTO runs (id, started_at, now, actor, host, pid) VALUES (?, ?, ?, ?, ?, ?)")
                .run([
                    .run(run.id), .time(run.startedAt), .time(run.now), .text(run.actor), .text(run.host),
                    .integer(Int64(run.pid)),
                ])
            try audited(database, by: .run(run.id)) { log in
                try log.append(.runStarted, device: nil, at: run.startedAt) {
                    $0.member("host", run.host)
                    $0.member("pid", Int(run.pid))
                    $0.member("now", run.now.rfc3339)
                    if case .order(let name) = occasion { $0.member("order", name) }
                    if case .mending(let command) = occasion { $0.member("mending", command) }
                }
                if case .acceptedTime(let lastRun) = occasion {
                    try log.append(.timeAccepted, device: nil, at: run.startedAt) {
                        $0.member("now", run.now.rfc3339)
                        $0.member("lastRun", lastRun.rfc3339)
                    }
                }
            }
        }
    }

    package func claimRuns() throws(RotationError) -> RunClaim {
        do { return try engine.claim() } catch { throw engine.failure(error) }
    }

    package func isRunClaimed() throws(RotationError) -> Bool {
        do { return try engine.isClaimed() } catch { throw engine.failure(error) }
    }

    package func endRun(
        _ id: RunID, outcome: String, counts: [String: Int], at: Timestamp
    ) throws(RotationError) {
        try write { database in
            let changed = try RunLog.end(database, id: id, outcome: outcome, counts: counts, at: at)
            guard changed else { return }
            try audited(database, by: .run(id), isEnding: true) { log in
                try log.append(.runEnded, device: nil, at: at) { json in
                    json.member("outcome", outcome)
                    json.key("counts")
                    json.raw(RunLog.text(of: counts))
                }
            }
        }
    }

    package func interruptedRuns() throws(RotationError) -> [RunID] {
        try read { try RunLog.unfinished($0) }
    }

    @discardableResult
    package func closeInterruptedRuns(except current: RunID? = nil, at: Timestamp) throws(RotationError) -> [RunID] {
        try write { database in
            let runs = try RunLog.unfinished(database).filter { $0 != current }
            for run in runs {
                _ = try RunLog.end(database, id: run, outcome: RunRecord.interrupted, counts: [:], at: at)
                try audited(database, by: .run(run), isEnding: true) { log in
                    try log.append(.runInterrupted, device: nil, at: at) { _ in }
                }
            }
            return runs
        }
    }

    package func recentRuns(limit: Int) throws(RotationError) -> [RunRecord] {
        try read { try RunLog.records($0, "ORDER BY started_at DESC, id DESC LIMIT ?", [.count(limit)]) }
    }

    package func lastRun() throws(RotationError) -> RunRecord? {
        try read {
            try RunLog.records(
                $0,
                """
                JOIN audit a ON a.run = r.id WHERE a.action = 'run-started'
                AND \($0.dialect.member("a.detail", "order")) IS NULL AND \($0.dialect.member("a.detail", "mending")) IS NULL
                ORDER BY a.id DESC LIMIT 1
                """
            ).first
        }
    }

    package func unfinishedRuns() throws(RotationError) -> [RunRecord] {
        try read { try RunLog.records($0, "WHERE ended_at IS NULL ORDER BY started_at, id") }
    }

    package func run(_ id: RunID) throws(RotationError) -> RunRecord? {
        try read { try RunLog.records($0, "WHERE id = ?", [.run(id)]).first }
    }

    /// Appends to the audit.
    ///
    /// - Parameter isEnding: Whether this is the entry that a run ends with.
    /// - Throws: ``RotationError/Code/locked`` where the run that acts was closed.
    func audited<T>(
        _ database: any Database, by actor: Actor, isEnding: Bool = false, _ body: (inout AuditLog) throws -> T
    ) throws -> T {
        try AuditLog.appending(
            to: database, sha256: sha256, run: actor.run, actor: try name(of: actor, database, isEnding: isEnding), body
        )
    }

    /// Who acts, or who started the run that does.
    func name(of actor: Actor, _ database: any Database, isEnding: Bool = false) throws -> String {
        switch actor {
        case .person(let name): return name
        case .run(let run):
            let found = try Query(database, "SELECT actor, ended_at FROM runs WHERE id = ?").first([.run(run)]) {
                (starter: $0.text(0), hasEnded: !$0.isNull(1))
            }
            guard let found else {
                throw RotationError(.inventory, "the run \(run) was never recorded as started", at: place)
            }
            guard isEnding || !found.hasEnded else {
                throw RotationError(
                    .locked,
                    "the run \(run) was closed: another was begun in its place, which goes on from where it stood",
                    at: place, advice: "nothing more is done here; see `rotation-job status` for the other")
            }
            return found.starter
        }
    }
}

/// The runs' table.
private enum RunLog {
    /// - Parameter selection: SQL behind `FROM runs r`.
    static func records(_ database: any Database, _ selection: String, _ values: [SQLValue] = []) throws -> [RunRecord]
    {
        try Query(
            database,
            """
            SELECT r.id, r.started_at, r.now, r.actor, r.host, r.pid, r.ended_at, r.outcome, r.counts
            FROM runs r \(selection)
            """
        ).all(values) { row in
            RunRecord(
                id: row.run(0), startedAt: row.time(1), now: row.time(2), actor: row.text(3), host: row.text(4),
                pid: Int32(truncatingIfNeeded: row.integer(5)),
                endedAt: row.optionalInteger(6).map(Timestamp.init(seconds:)),
                outcome: row.optionalText(7), counts: try counts(of: row.optionalText(8)))
        }
    }

    static func unfinished(_ database: any Database) throws -> [RunID] {
        try Query(database, "SELECT id FROM runs WHERE ended_at IS NULL ORDER BY started_at, id").all { $0.run(0) }
    }

    static func end(
        _ database: any Database, id: RunID, outcome: String, counts: [String: Int], at: Timestamp
    ) throws -> Bool {
        try Query(database, "UPDATE runs SET ended_at = ?, outcome = ?, counts = ? WHERE id = ? AND ended_at IS NULL")
            .changes([.time(at), .text(outcome), .text(text(of: counts)), .run(id)]) == 1
    }

    static func text(of counts: [String: Int]) -> String {
        var json = JSONWriter(reservingCapacity: 128)
        json.object { json in
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) { json.member(name, count) }
        }
        return json.text
    }

    static func counts(of text: String?) throws -> [String: Int] {
        guard let text, case .object(let members) = try JSONValue(parsing: Array(text.utf8)) else { return [:] }
        var counts: [String: Int] = [:]
        for (name, value) in members { if case .number(let digits) = value { counts[name] = Int(digits) } }
        return counts
    }
}
