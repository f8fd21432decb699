import Fleet
import Planning
import RotationModel

/// Writes down what a run found of the policies' rollouts: those that stop now, and the replacements that it could not make.
struct RecordHalts {
    let run: RunContext

    /// Policies that the plan found over their `halt`, so that they stay halted until somebody resumes them.
    func record(haltsOf plan: RotationPlan) throws {
        for halt in plan.halts where !halt.isRecorded {
            try run.inventory.recordHalt(ofPolicy: halt.policy, halt.tally, run: run.id, at: run.at)
        }
    }

    func record(failuresOf plan: RotationPlan) throws {
        let failures = plan.rows.compactMap { row -> IssuanceFailure? in
            guard let result = row.result, result.status == .failed, row.decision.action.name == .issue,
                let policy = row.decision.policy
            else { return nil }
            return IssuanceFailure(
                deviceRow: row.decision.subject.deviceRow, policy: policy.name, why: result.error ?? "")
        }
        try run.inventory.recordFailures(failures, run: run.id, at: run.at)
    }
}
