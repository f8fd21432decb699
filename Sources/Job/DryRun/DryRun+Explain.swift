import Fleet
import Intake
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
        let seen = try await readSeen()
        let (current, contact) = try inventory.planningSnapshot { snapshot in
            let current = try snapshot.intakeContext(device)
            return (current, try lastContact(of: story, current?.deviceRow, seen, policies, snapshot))
        }
        let considerations = current.map { $0.considerations(under: policies) } ?? []
        let policy = considerations.first { $0.outcome == .decides }?.policy
        let plan = try await attemptPlan()
        return DeviceExplanation(
            at: at, policies: edition, story: story, current: current?.current?.fingerprint,
            considerations: considerations, policy: policy,
            dates: policy.flatMap { policy in
                current?.current.map {
                    DeviceExplanation.Dates(of: $0, device: device, under: policy, contact: contact, at: at)
                }
            },
            decisions: plan.rows.map { $0.filter { $0.device == device } }, planFailure: plan.failure,
            rejected: plan.rejected.filter { $0.device == device }, contact: contact)
    }

    /// When the device last spoke to the gate, as the next run would have it.
    private func lastContact(
        of story: DeviceStory, _ row: Int64?, _ seen: SeenReader.Reading, _ policies: PolicySet,
        _ snapshot: any FleetView
    ) throws -> Contact {
        let check = SeenCheck(policies: policies, confirmations: ConfirmationCheck(at: at))
        let noted = try check.judge(seen.seen, snapshot).devices
        let news = noted.first { $0.deviceRow == row }?.at
        if let last = [story.lastSeen, news].compactMap({ $0 }).max() { return .last(last) }
        return try noted.isEmpty && !snapshot.isAnyDeviceSeen() ? .unknown : .never
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
