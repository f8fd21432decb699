import RotationModel

/// Holds back everything of a policy that has stopped.
struct HaltHold {
    /// By the policy's place in the set.
    let halts: [Int: PolicyHalt]

    func apply(to decisions: inout [Decision]) {
        guard !halts.isEmpty else { return }
        for at in decisions.indices {
            guard let policy = decisions[at].rolloutPolicy, let halt = halts[policy] else { continue }
            decisions[at].hold(Reason(.halted, halt.sentence))
        }
    }
}
