import RotationModel

/// Holds back everything of a policy that has stopped.
struct HaltHold {
    /// By the policy's place in the set.
    let halts: [Int: PolicyHalt]

    func apply(to decisions: inout [Decision]) {
        guard !halts.isEmpty else { return }
        for at in decisions.indices where decisions[at].isOfRollout {
            guard let halt = halts[decisions[at].policyIndex] else { continue }
            decisions[at].hold(Reason(.halted, halt.sentence))
        }
    }
}
