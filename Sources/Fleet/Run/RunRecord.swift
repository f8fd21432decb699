import RotationModel

/// A run of the job, from its start.
public struct RunRecord: Sendable, Equatable {
    public var id: String
    public var startedAt: Timestamp
    /// The time that it decides for: `startedAt`, unless `--at` says otherwise.
    public var now: Timestamp
    /// The user or the timer that started it.
    public var actor: String
    public var host: String
    public var pid: Int32
    /// Nil while it is under way.
    public var endedAt: Timestamp?
    /// Nil while it is under way.
    public var outcome: String?
    public var counts: [String: Int]

    public init(
        id: String, startedAt: Timestamp, now: Timestamp, actor: String, host: String, pid: Int32,
        endedAt: Timestamp? = nil, outcome: String? = nil, counts: [String: Int] = [:]
    ) {
        self.id = id
        self.startedAt = startedAt
        self.now = now
        self.actor = actor
        self.host = host
        self.pid = pid
        self.endedAt = endedAt
        self.outcome = outcome
        self.counts = counts
    }

    /// The outcome of a run that died.
    public static let interrupted = "interrupted"
    /// The outcome of a run that an error ended.
    public static let failed = "failed"
}
