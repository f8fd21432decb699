import Delivery
import Fleet
import Policy
import RotationModel

/// The stages of a run, in their order.
struct RunStages {
    let workspace: Workspace
    let inventory: Inventory
    let policies: PolicySet
    let edition: PolicyEdition
    let authorities: AuthorityDirectory
    let keys: SigningKeys
    let run: RunRecord
    let at: Timestamp
    let limit: Int?
    let actor: String
    let clock: any WallClock
    let observer: any RunObserver
    /// The saved plan that is carried out, if it is one.
    var reviewed: SavedPlan?

    func perform() async throws -> RunOutcome {
        let publisher = self.publisher
        try publisher.publishFoundations(authorities)
        let recovery = try await Recover(
            inventory: inventory, publisher: publisher, run: run.id, at: at, observer: observer
        ).perform()
        let intake = try await takeIn()
        let scope = try RecordRevocations(
            inventory: inventory, rules: policies.revocations, run: run.id, actor: actor, at: at
        ).perform()
        var plan = try decide(scope)
        if let reviewed {
            try PlanAgreement(saved: reviewed).check(decided: plan)
            (plan.passedGuards, plan.guards) = (plan.guards, [])
        }
        guard plan.guards.isEmpty else {
            return RunOutcome(
                stoppedBefore: plan, run: run, intake: intake, recovery: recovery, endedAt: clock.now())
        }
        var results = plan.decisions.map { RowResult.untouched($0.action) }
        let lists = try await revoke(plan, publisher, &results)
        try await issue(plan, publisher, &results)
        try await Retire(
            inventory: inventory, publisher: publisher, manifestValidity: keys.manifestValidity, run: run.id, at: at,
            observer: observer
        ).perform(plan, results: &results)
        let refreshed = try await Refresh(
            inventory: inventory, publisher: publisher, manifestValidity: keys.manifestValidity, run: run.id, at: at,
            observer: observer
        ).perform()
        try inventory.forgetAnsweredRequests()
        plan.pickUp = try PickUp.read(inventory, policies, at: at)
        return RunOutcome(
            id: run.id, plan: plan, results: results, intake: intake, recovery: recovery, lists: lists,
            refreshed: refreshed, startedAt: run.startedAt, endedAt: clock.now())
    }

    /// Records an order and carries it out, and nothing beside it.
    func revoke(by draft: RevocationOrderDraft) async throws -> RunOutcome {
        let publisher = self.publisher
        try publisher.publishFoundations(authorities)
        let recovery = try await Recover(
            inventory: inventory, publisher: publisher, run: run.id, at: at, observer: observer
        ).perform()
        let order = try inventory.recordRevocationOrder(draft, run: run.id, at: at)
        let plan = try decide(onlyOrder: draft.name)
        try inventory.refuseKeys(plan.refusedKeys, order: order, run: run.id, at: at)
        var results = plan.plan.decisions.map { RowResult.untouched($0.action) }
        let lists = try await revoke(plan.plan, publisher, &results)
        return RunOutcome(
            id: run.id, plan: plan.plan, results: results, intake: IntakeSummary(), recovery: recovery, lists: lists,
            refreshed: 0, startedAt: run.startedAt, endedAt: clock.now())
    }

    /// The plan with the rows of one order alone.
    private func decide(onlyOrder name: String) throws -> (plan: RotationPlan, refusedKeys: [KeyFingerprint]) {
        let pickUp = try PickUp.read(inventory, policies, at: at)
        return try inventory.planningSnapshot { snapshot in
            let scope = try RevocationScope.find(in: snapshot, rules: [], at: at)
            let planner = Planner(
                policies: policies, authorities: authorities, at: at, snapshot: snapshot, waiting: WaitingRequests(),
                revocations: scope)
            let keys = zip(scope.revocations, scope.refusedKeys).first { $0.0.name == name }?.1 ?? []
            let plan = try RotationPlan.make(
                planner, decisions: try planner.revocations(named: name), edition: edition,
                limits: workspace.configuration.limits, limit: nil, inbox: nil, pickUp: pickUp)
            return (plan, keys.sorted(by: KeyFingerprint.isBefore))
        }
    }

    private var publisher: Publisher {
        Publisher(
            inventory: inventory, tree: workspace.delivery, keys: keys, authorities: authorities, run: run.id, at: at)
    }

    private func takeIn() async throws -> IntakeSummary {
        var summary = IntakeSummary()
        // First the confirmations: whether a CSR can be taken depends on which certificate is the current one.
        try await TakeInConfirmations(
            tray: workspace.inbox.confirmations, inventory: inventory, run: run.id, at: at, observer: observer
        ).perform(&summary)
        try await TakeInRequests(
            tray: workspace.inbox.requests, inventory: inventory, policies: policies, run: run.id, at: at,
            observer: observer
        ).perform(&summary)
        return summary
    }

    private func decide(_ scope: RevocationScope) throws -> RotationPlan {
        // What a person reviewed was decided for its own time.
        let at = reviewed?.at ?? at
        let pickUp = try PickUp.read(inventory, policies, at: at)
        return try inventory.planningSnapshot { snapshot in
            observer.began(.decide, total: snapshot.deviceCount)
            defer { observer.ended(.decide) }
            return try RotationPlan.make(
                Planner(
                    policies: policies, authorities: authorities, at: at, snapshot: snapshot,
                    waiting: WaitingRequests(), revocations: scope),
                edition: edition, limits: workspace.configuration.limits, limit: limit, inbox: nil, pickUp: pickUp)
        }
    }

    private func revoke(
        _ plan: RotationPlan, _ publisher: Publisher, _ results: inout [RowResult]
    ) async throws -> [PublishedList] {
        try await Revoke(
            inventory: inventory, publisher: publisher, manifestValidity: keys.manifestValidity, run: run.id, at: at,
            observer: observer
        ).perform(plan, results: &results)
        return try RevocationLists(
            inventory: inventory, tree: workspace.delivery, keys: keys, authorities: authorities, policies: policies,
            run: run.id, at: at, observer: observer
        ).perform()
    }

    private func issue(_ plan: RotationPlan, _ publisher: Publisher, _ results: inout [RowResult]) async throws {
        try await Issue(
            inventory: inventory, keys: keys, authorities: authorities, policies: policies, publisher: publisher,
            limits: workspace.configuration.limits, run: run.id, at: at, observer: observer
        ).perform(plan, results: &results)
        try await Ask(
            inventory: inventory, policies: policies, publisher: publisher, manifestValidity: keys.manifestValidity,
            run: run.id, at: at, observer: observer
        ).perform(plan, results: &results)
    }
}

extension RunOutcome {
    /// Of a run that a guard stopped.
    init(
        stoppedBefore plan: RotationPlan, run: RunRecord, intake: IntakeSummary = IntakeSummary(),
        recovery: RecoverySummary = RecoverySummary(), endedAt: Timestamp
    ) {
        self.init(
            id: run.id, plan: plan,
            results: plan.decisions.map { $0.action.isChange ? RowResult(.stopped) : .untouched($0.action) },
            intake: intake, recovery: recovery, lists: [], refreshed: 0, startedAt: run.startedAt, endedAt: endedAt)
    }
}
