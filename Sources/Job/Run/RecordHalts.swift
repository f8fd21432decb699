import Fleet
import Planning
import RotationModel

/// Writes down what a run found of the policies' rollouts: those that stop now, and the replacements that it could not make.
struct RecordHalts {
    let inventory: any FleetStore
    let run: String
    let at: Timestamp

    /// Policies that the plan found over their `halt`, so that they stay halted until somebody resumes them.
    func record(haltsOf plan: RotationPlan) throws {
        for halt in plan.halts where !halt.isRecorded {
            try inventory.recordHalt(ofPolicy: halt.policy, halt.tally, run: run, at: at)
        }
    }

    func record(failuresOf plan: RotationPlan, _ results: [RowResult]) throws {
        let failures = zip(plan.decisions, results).compactMap { decision, result -> IssuanceFailure? in
            guard decision.action == .issue, result.status == .failed, let policy = decision.policy else { return nil }
            return IssuanceFailure(deviceRow: decision.deviceRow, policy: policy.name, why: result.error ?? "")
        }
        try inventory.recordFailures(failures, run: run, at: at)
    }
}
