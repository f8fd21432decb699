import Policy
import RotationModel

/// Holds back what may not go out now. The rules act one after the other, each on what the ones before it let through, and
/// none on what a revocation wants.
enum Rollout {
    /// - Parameters:
    ///   - decisions: the most urgent first.
    ///   - closures: by policy, what closes it; as its windows and freezes have it where nil.
    ///   - limit: the most certificates that this run may issue, as the operator said (`run --limit`).
    static func hold(
        _ decisions: inout [Decision], policies: PolicySet, state: RolloutState, at: Timestamp,
        closures: [RolloutClosure?]? = nil, limit: Int?
    ) {
        HaltHold(halts: state.halts).apply(to: &decisions)
        ScheduleHold(policies: policies, at: at, closures: closures).apply(to: &decisions)
        WaveHold(policies: policies, unconfirmed: state.unconfirmed).apply(to: &decisions)
        RateHold(policies: policies, limit: limit).apply(to: &decisions)
    }
}

extension Decision {
    /// The place of the policy whose rollout says when it goes out: it would replace something, and no revocation wants it.
    var rolloutPolicy: Int? { isWantedByRevocation ? nil : action.replacement?.policy }

    /// What a revocation replaces does not wait for windows or waves.
    var isWantedByRevocation: Bool { revocation != nil || cause.reason.code == .revoked }

    mutating func hold(_ reason: Reason, until: Timestamp? = nil, expiresBeforeOpening: Bool = false) {
        action = .hold(Hold(action, reason, until: until, expiresBeforeOpening: expiresBeforeOpening))
    }
}
