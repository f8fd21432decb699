import Policy
import RotationModel

/// Holds back what is over a limit of one run, the least urgent first.
struct RateHold {
    let policies: PolicySet
    let limit: Int?

    func apply(to decisions: inout [Decision]) {
        var issuedByPolicy: [Int: Int] = [:]
        var issued = 0
        // Many rows are held for the same reason: it is worded once.
        var reasons: [Int: Reason] = [:]
        for at in decisions.indices {
            guard case .issue(let replacement, _) = decisions[at].action else { continue }
            let index = replacement.policy
            let policy = policies.policies[index]
            let ofPolicy = issuedByPolicy[index] ?? 0
            if let most = policy.perRun, ofPolicy >= most {
                let reason =
                    reasons[index]
                    ?? Reason(
                        .rate,
                        "policy \(policy.name) issues at most \(most) certificates in one run (perRun); the next run goes on"
                    )
                reasons[index] = reason
                decisions[at].hold(reason)
            } else if let limit, issued >= limit {
                decisions[at].hold(
                    Reason(
                        .rate,
                        "this run was told to issue at most \(limit) certificates (--limit); the next run goes on"))
            } else {
                issuedByPolicy[index] = ofPolicy + 1
                issued += 1
            }
        }
    }
}
