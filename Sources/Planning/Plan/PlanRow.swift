import RotationModel

/// A decision of a plan, and what became of it.
package struct PlanRow: Sendable {
    package let decision: Decision
    /// Nil in a dry run, and until a run has come to it.
    package var result: RowResult?

    package init(_ decision: Decision, _ result: RowResult? = nil) { (self.decision, self.result) = (decision, result) }
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
        /// A guard, or a signal, stopped the run before this row's turn.
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
    package static func untouched(_ action: Action) -> RowResult {
        switch action {
        case .hold: RowResult(.held)
        case .blocked: RowResult(.blocked)
        case .report: RowResult(.reported)
        case .uncovered: RowResult(.uncovered)
        case .issue, .requestCSR, .retire, .revoke: RowResult(.skipped)
        }
    }
}
