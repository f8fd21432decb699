import Fleet
import Planning
import Policy
import RotationModel

extension DryRun {
    /// Explains one device: the same plan as ``plan()``, read for this device, and the selection that it rests on.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the inventory does not have the device, with the names that are near.
    package func explain(_ device: DeviceID) async throws -> DeviceExplanation {
        let (policies, edition) = try workspace.loadPolicies()
        let inventory = try workspace.openInventory(.readOnly)
        guard let story = try inventory.show(device) else {
            let near = try inventory.nearNames(device)
            throw RotationError(
                .badInput, "the inventory has no device \(device)",
                advice: near.isEmpty
                    ? "see `rotation-job inventory list`" : "did you mean \(near.joined(separator: ", "))?")
        }
        let current = try inventory.planningSnapshot { try $0.intakeContext(device) }
        let considerations = current.map { $0.considerations(under: policies) } ?? []
        let policy = considerations.first { $0.outcome == .decides }?.policy
        let plan = try await attemptPlan()
        return DeviceExplanation(
            at: at, policies: edition, story: story, current: current?.current?.fingerprint,
            considerations: considerations, policy: policy,
            dates: policy.flatMap { policy in
                current?.current.map { DeviceExplanation.Dates(of: $0, device: device, under: policy) }
            },
            decisions: plan.rows.map { $0.filter { $0.device == device } }, planFailure: plan.failure,
            rejected: plan.rejected.filter { $0.device == device })
    }

    /// Two policies that claim one device stop every plan, and are the very thing to explain.
    private func attemptPlan() async throws -> (
        rows: [Decision]?, rejected: [InboxOutlook.Rejected], failure: RotationError?
    ) {
        do {
            let plan = try await plan()
            return (Array(plan.decisions), plan.inbox?.refused ?? [], nil)
        } catch let error as RotationError where error.code == .badInput {
            return (nil, [], error)
        }
    }
}
