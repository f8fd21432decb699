import Fleet
import Intake
import Planning
import RotationModel

/// What a run did: its plan, and what became of each row.
package struct RunOutcome: Sendable {
    package enum Ending: String, Sendable {
        case completed
        /// Some devices failed or are blocked, a certificate expires before it may be replaced, a policy is halted, or a file of
        /// the inbox could not be moved; the rest stands.
        case partial
        /// A guard stopped it before it did anything.
        case guarded
        /// It was asked to end: what it had begun is done, and the next run does the rest.
        case stopped
    }

    package let id: RunID
    /// What was decided, and what became of each row. Who has yet to answer is told as of the end of the run.
    package let plan: RotationPlan
    package let intake: IntakeSummary
    package let recovery: RecoverySummary
    /// The revocation lists that were published, and those that could not be.
    package let lists: ListsOutcome
    /// Manifests that were signed anew because they were about to expire.
    package let refreshed: Int
    /// Wall-clock times, whatever `--at` says.
    package let startedAt: Timestamp
    package let endedAt: Timestamp
    /// The newest point of the audit after the run's own last entry; nil before that is written.
    package var audit: AuditAnchor?
    /// Whether it was asked to end before it was through.
    package var isStopped = false

    package var ending: Ending {
        if !plan.guards.isEmpty { return .guarded }
        if isStopped { return .stopped }
        // Blocked devices count: whoever looks at nothing but exit statuses has to hear of certificates that will run out.
        let isPartial =
            !intake.obstacles.isEmpty || !lists.troubles.isEmpty || !plan.halts.isEmpty
            || plan.expiringBeforeOpening > 0
            || plan.rows.contains { $0.result?.status == .failed || $0.result?.status == .blocked }
        return isPartial ? .partial : .completed
    }

    package func count(_ status: RowResult.Status) -> Int {
        plan.rows.count { $0.result?.status == status }
    }
}

/// What an earlier run had left.
package struct RecoverySummary: Sendable {
    /// Runs that died; they are closed now.
    package var interruptedRuns: [RunID] = []
    /// Serial numbers that were reserved and never signed for. They are never used again.
    package var abandonedReservations = 0
    /// Manifests that were recorded and had not been published.
    package var publishedManifests = 0
    /// Manifests that had been published and were not there any more.
    package var restoredManifests = 0

    package var isEmpty: Bool {
        interruptedRuns.isEmpty && abandonedReservations == 0 && publishedManifests == 0 && restoredManifests == 0
    }
}
