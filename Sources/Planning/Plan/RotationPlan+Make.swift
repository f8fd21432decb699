import Fleet
import Policy
import RotationModel

extension RotationPlan {
    /// The one way from an inventory to a plan, for the dry run and for the run.
    ///
    /// - Parameter decisions: the rows, where they are known already.
    package static func make(
        _ planner: Planner, decisions known: [Decision]? = nil, edition: PolicyEdition, limits: RunLimits, limit: Int?,
        inbox: InboxOutlook?,
        pickUp: PickUp
    ) throws -> RotationPlan {
        var decisions = try known ?? planner.decisions()
        let outlooks = planner.revocations.outlooks(under: decisions)
        // Orders that are carried out by themselves touch no rollout.
        let rollouts =
            known == nil
            ? try RolloutState.read(
                planner.policies, planner.snapshot, confirmed: planner.waiting.confirmations, at: planner.at)
            : RolloutState()
        Rollout.hold(&decisions, policies: planner.policies, state: rollouts, at: planner.at, limit: limit)
        return RotationPlan(
            at: planner.at, policies: edition, deviceCount: try planner.snapshot.deviceCount,
            certificateCount: try planner.snapshot.certificateCount, rows: decisions.map { PlanRow($0) }, inbox: inbox,
            pickUp: pickUp, revocations: outlooks, halts: rollouts.halts.sorted { $0.key < $1.key }.map(\.value),
            guards: Guards.broken(
                by: decisions, brought: planner.imported.brought.count, limits: limits,
                active: try planner.snapshot.activeCertificateCount),
            expiries: try planner.snapshot.expiries(from: planner.at),
            broughtRevocations: planner.imported.brought.map(\.certificate.row))
    }
}
