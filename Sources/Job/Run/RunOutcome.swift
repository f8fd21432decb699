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
    }

    package let id: String
    /// What was decided. Who has yet to answer is told as of the end of the run.
    package let plan: RotationPlan
    /// One a decision of the plan, in its order.
    package let results: [RowResult]
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

    package var ending: Ending {
        if !plan.guards.isEmpty { return .guarded }
        // Blocked devices count: whoever looks at nothing but exit statuses has to hear of certificates that will run out.
        let isPartial =
            !intake.obstacles.isEmpty || !lists.troubles.isEmpty || !plan.halts.isEmpty
            || plan.expiringBeforeOpening > 0
            || results.contains { $0.status == .failed || $0.status == .blocked }
        return isPartial ? .partial : .completed
    }

    package func count(_ status: RowResult.Status) -> Int {
        results.reduce(0) { $0 + ($1.status == status ? 1 : 0) }
    }
}

/// What became of one row of the plan.
package struct RowResult: Sendable {
    package enum Status: String, Sendable, CaseIterable {
        case issued
        case requested
        case revoked
        case retired
        case held
        case blocked
        case reported
        case uncovered
        /// It was not done; the error says why. The next run tries again.
        case failed
        /// The inventory had changed since the decision, and there was nothing left to do.
        case skipped
        /// A guard stopped the run before this row's turn.
        case stopped
    }

    package var status: Status
    /// The replacement.
    package var certificate: Fingerprint?
    /// The manifest that carries it.
    package var sequence: Int?
    package var error: String?

    package init(_ status: Status, certificate: Fingerprint? = nil, sequence: Int? = nil, error: String? = nil) {
        self.status = status
        self.certificate = certificate
        self.sequence = sequence
        self.error = error
    }

    /// What becomes of a row that no stage works on.
    static func untouched(_ action: Action) -> RowResult {
        switch action {
        case .hold: RowResult(.held)
        case .blocked: RowResult(.blocked)
        case .report: RowResult(.reported)
        case .uncovered: RowResult(.uncovered)
        case .issue, .requestCSR, .retire, .revoke: RowResult(.skipped)
        }
    }
}

/// What an earlier run had left.
package struct RecoverySummary: Sendable {
    /// Runs that died; they are closed now.
    package var interruptedRuns: [String] = []
    /// Serial numbers that were reserved and never signed for. They are never used again.
    package var abandonedReservations = 0
    /// Manifests that were recorded and had not been published.
    package var publishedManifests = 0

    package var isEmpty: Bool { interruptedRuns.isEmpty && abandonedReservations == 0 && publishedManifests == 0 }
}
