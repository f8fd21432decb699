import Policy
import RotationModel

/// Holds back what is over a limit of one run, the least urgent first.
struct RateHold {
    let policies: PolicySet
    let limit: Int?

    func apply(to decisions: inout [Decision]) {
        var issuedByPolicy: [Int: Int] = [:]
        var issued = 0
        for at in decisions.indices where decisions[at].action == .issue {
            let policy = policies.policies[decisions[at].policyIndex]
            let ofPolicy = issuedByPolicy[decisions[at].policyIndex] ?? 0
            if let most = policy.perRun, ofPolicy >= most {
                decisions[at].hold(
                    Reason(
                        .rate,
                        "policy \(policy.name) issues at most \(most) certificates in one run (perRun); the next run goes on"
                    ))
            } else if let limit, issued >= limit {
                decisions[at].hold(
                    Reason(
                        .rate,
                        "this run was told to issue at most \(limit) certificates (--limit); the next run goes on"))
            } else {
                issuedByPolicy[decisions[at].policyIndex] = ofPolicy + 1
                issued += 1
            }
        }
    }
}
