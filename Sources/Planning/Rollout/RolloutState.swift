import Fleet
import Policy
import RotationModel

/// What the records say of the policies' rollouts: which have stopped, and who is under way.
package struct RolloutState {
    /// By the policy's place in the set.
    package var halts: [Int: PolicyHalt] = [:]
    /// Rotations of policies with waves.
    var unconfirmed: [UnconfirmedRotation] = []

    /// - Parameter confirmed: replacements whose confirmations wait in the inbox, by their rows.
    package static func read(
        _ policies: PolicySet, _ snapshot: any FleetView, confirmed: Set<Int64>, at: Timestamp
    ) throws -> RolloutState {
        var state = RolloutState()
        let resumes = try snapshot.lastResumes()
        let standing = Dictionary(
            try snapshot.standingHalts().map { ($0.policy, $0) }, uniquingKeysWith: { first, _ in first })
        for (place, policy) in policies.policies.enumerated() {
            if let halt = standing[policy.name] {
                state.halts[place] = PolicyHalt(
                    policy: policy.name, since: halt.haltedAt, isRecorded: true, tally: halt.tally)
            } else if let rule = policy.rollout.halt {
                // A generation of certificates: what was handed out before has expired, and would thin out what fails today.
                let tally = try snapshot.rolloutTally(
                    ofPolicy: policy.name, since: at - policy.profile.validity, resumedAt: resumes[policy.name],
                    patience: policy.patience, now: at, confirmed: confirmed)
                guard rule.isPassed(bad: tally.failed + tally.stuck, of: tally.handedOut) else { continue }
                state.halts[place] = PolicyHalt(policy: policy.name, since: at, isRecorded: false, tally: tally)
            }
        }
        guard policies.policies.contains(where: { $0.rollout.waves != nil }) else { return state }
        let byName = Dictionary(
            policies.policies.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        state.unconfirmed = try snapshot.unconfirmedRotations().filter { rotation in
            guard let policy = byName[rotation.policy], policy.rollout.waves != nil else { return false }
            if let new = rotation.newCertificate, confirmed.contains(new) { return false }
            // Whoever resumed the policy has seen those that were stuck by then, and goes on without them.
            guard let resumedAt = resumes[rotation.policy] else { return true }
            return !policy.patience.wasSeenRunningOut(since: rotation.waitingSince, by: resumedAt)
        }
        return state
    }
}
