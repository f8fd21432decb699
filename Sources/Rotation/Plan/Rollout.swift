import Policy
import RotationModel

/// Holds back what is over a limit, the least urgent first.
enum Rollout {
    /// - Parameters:
    ///   - decisions: the most urgent first.
    ///   - limit: the most certificates that this run may issue, as the operator said (`run --limit`).
    static func hold(_ decisions: inout [Decision], policies: PolicySet, limit: Int?) {
        var issuedByPolicy: [Int: Int] = [:]
        var issued = 0
        for at in decisions.indices where decisions[at].action == .issue {
            let policy = policies.policies[decisions[at].policyIndex]
            let ofPolicy = issuedByPolicy[decisions[at].policyIndex] ?? 0
            if let most = policy.perRun, ofPolicy >= most {
                decisions[at].hold(
                    "policy \(policy.name) issues at most \(most) certificates in one run (perRun); the next run goes on"
                )
            } else if let limit, issued >= limit {
                decisions[at].hold(
                    "this run was told to issue at most \(limit) certificates (--limit); the next run goes on")
            } else {
                issuedByPolicy[decisions[at].policyIndex] = ofPolicy + 1
                issued += 1
            }
        }
    }
}

extension Decision {
    fileprivate mutating func hold(_ text: String) {
        further.insert(reason, at: 0)
        reason = Reason(.rate, text)
        action = .hold
    }
}
