import RotationModel

/// A run of the job, from its start.
package struct RunRecord: Sendable, Equatable {
    package var id: RunID
    package var startedAt: Timestamp
    /// The time that it decides for: `startedAt`, unless `--at` says otherwise.
    package var now: Timestamp
    /// The user or the timer that started it.
    package var actor: String
    package var host: String
    package var pid: Int32
    /// Nil while it is under way.
    package var endedAt: Timestamp?
    /// Nil while it is under way.
    package var outcome: String?
    package var counts: [String: Int]

    package init(
        id: RunID, startedAt: Timestamp, now: Timestamp, actor: String, host: String, pid: Int32,
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
    package static let interrupted = "interrupted"
    /// The outcome of a run that an error ended.
    package static let failed = "failed"
}
