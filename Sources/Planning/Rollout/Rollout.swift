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
    /// Whether it is for the policy's rollout to say when it goes out: it would replace something, and no revocation wants it.
    var isOfRollout: Bool {
        (action == .issue || action == .requestCSR) && policyIndex >= 0 && !isWantedByRevocation
    }

    /// What a revocation replaces does not wait for windows or waves.
    var isWantedByRevocation: Bool { revocation != nil || reason.code == .revoked }

    mutating func hold(_ held: Reason, until: Timestamp? = nil) {
        further.insert(reason, at: 0)
        reason = held
        action = .hold
        self.until = until
    }
}
