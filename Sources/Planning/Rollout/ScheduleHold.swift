import Policy
import RotationModel

/// Holds back what comes outside its policy's windows, or in a freeze; but for certificates that would not see the next
/// opening, where the policy says so.
package struct ScheduleHold {
    let policies: PolicySet
    let at: Timestamp
    /// By policy: what closes it; nil where it is open.
    let closures: [RolloutClosure?]

    package init(policies: PolicySet, at: Timestamp, closures: [RolloutClosure?]? = nil) {
        (self.policies, self.at) = (policies, at)
        self.closures = closures ?? policies.policies.map { $0.rollout.schedule.closure(at: at) }
    }

    package func apply(to decisions: inout [Decision]) {
        guard closures.contains(where: { $0 != nil }) else { return }
        for place in decisions.indices {
            guard let index = decisions[place].rolloutPolicy, let closure = closures[index] else { continue }
            let comesTooLate = closure.until.map { decisions[place].notAfter < $0 } ?? true
            if comesTooLate && policies.policies[index].rollout.schedule.onNoWindow == .replace {
                let cause = decisions[place].cause
                decisions[place].cause = Cause(
                    Reason(
                        cause.reason.code,
                        "\(cause.reason.text); not held, since it ends before its policy's next opening"
                            + (closure.until.map { " at \($0)" } ?? "") + " (onNoWindow: replace)"),
                    cause.policy)
            } else {
                var reason = closure.reason
                if comesTooLate {
                    let ends = decisions[place].notAfter < at ? "has expired already" : "expires before that"
                    reason = Reason(
                        reason.code, "\(reason.text); the certificate \(ends) (\(decisions[place].notAfter))")
                }
                decisions[place].hold(reason, until: closure.until, expiresBeforeOpening: comesTooLate)
            }
        }
    }
}
