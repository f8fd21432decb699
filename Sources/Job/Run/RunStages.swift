import Delivery
import Fleet
import Intake
import Issuing
import Planning
import Policy
import RotationModel

/// The stages of a run, in their order.
struct RunStages {
    let workspace: Workspace
    let inventory: any FleetStore
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
        // Before anything is taken in: what a revocation reaches is not confirmed any more, and its keys are not certified.
        let scope = try RecordRevocations(
            inventory: inventory, rules: policies.revocations, run: run.id, actor: actor, at: at
        ).perform()
        var intake = try await takeIn(scope)
        var plan = try decide()
        if let reviewed {
            try PlanAgreement(saved: reviewed).check(decided: plan)
            (plan.passedGuards, plan.guards) = (plan.guards, [])
        }
        guard plan.guards.isEmpty else {
            return RunOutcome(
                stoppedBefore: plan, run: run, intake: intake, recovery: recovery, endedAt: clock.now())
        }
        var results = plan.decisions.map { RowResult.untouched($0.action) }
        let halts = RecordHalts(inventory: inventory, run: run.id, at: at)
        try halts.record(haltsOf: plan)
        let lists = try await revoke(plan, scope, publisher, &results)
        let unreachable = try await issue(plan, publisher, &results)
        // An authority that is away is no failure of a rollout.
        if unreachable == nil { try halts.record(failuresOf: plan, results) }
        try await Retire(
            inventory: inventory, publisher: publisher, manifestValidity: keys.manifestValidity, run: run.id, at: at,
            observer: observer
        ).perform(plan, results: &results)
        let refreshed = try await Refresh(
            inventory: inventory, publisher: publisher, manifestValidity: keys.manifestValidity, run: run.id, at: at,
            observer: observer
        ).perform()
        try inventory.forgetAnsweredRequests()
        try ForgetRequests(
            source: workspace.inbox.requests, inventory: inventory, keep: workspace.configuration.inbox.keep,
            run: run.id, at: at, observer: observer
        ).perform(plan, &intake)
        // Everybody else has been served.
        if let unreachable { throw unreachable }
        plan.pickUp = try PickUp.read(inventory, policies, at: at)
        return RunOutcome(
            id: run.id, plan: plan, results: results, intake: intake, recovery: recovery, lists: lists,
            refreshed: refreshed, startedAt: run.startedAt, endedAt: clock.now())
    }

    /// Carries an order out that a person gave, and nothing beside it.
    func revoke(order name: String, _ order: Int64) async throws -> RunOutcome {
        let publisher = self.publisher
        try publisher.publishFoundations(authorities)
        let recovery = try await Recover(
            inventory: inventory, publisher: publisher, run: run.id, at: at, observer: observer
        ).perform()
        let (plan, scope) = try decide(onlyOrder: name)
        try inventory.refuseKeys(
            (scope.refusedKeys.first ?? []).sorted(by: KeyReference.isBefore), order: order, run: run.id, at: at)
        var results = plan.decisions.map { RowResult.untouched($0.action) }
        let lists = try await revoke(plan, scope, publisher, &results)
        return RunOutcome(
            id: run.id, plan: plan, results: results, intake: IntakeSummary(), recovery: recovery, lists: lists,
            refreshed: 0, startedAt: run.startedAt, endedAt: clock.now())
    }

    /// The plan with the rows of one order alone.
    private func decide(onlyOrder name: String) throws -> (RotationPlan, RevocationScope) {
        let pickUp = try PickUp.read(inventory, policies, at: at)
        return try inventory.planningSnapshot { snapshot in
            let scope = try RevocationScope.find(in: snapshot, rules: [], at: at, onlyOrder: name)
            let planner = Planner(
                policies: policies, authorities: authorities.known, at: at, snapshot: snapshot,
                waiting: WaitingRequests(),
                revocations: scope)
            let plan = try RotationPlan.make(
                planner, decisions: try planner.revocationsAlone(), edition: edition,
                limits: workspace.configuration.limits, limit: nil, inbox: nil, pickUp: pickUp)
            return (plan, scope)
        }
    }

    private var publisher: Publisher {
        Publisher(
            inventory: inventory, tree: workspace.delivery, keys: keys, authorities: authorities, run: run.id, at: at)
    }

    private func takeIn(_ revocations: RevocationScope) async throws -> IntakeSummary {
        var summary = IntakeSummary()
        // First the confirmations: whether a CSR can be taken depends on which certificate is the current one.
        try await TakeInConfirmations(
            source: workspace.inbox.confirmations, inventory: inventory, revocations: revocations, run: run.id, at: at,
            observer: observer
        ).perform(&summary)
        try await TakeInRequests(
            source: workspace.inbox.requests, inventory: inventory, policies: policies, authorities: authorities.known,
            run: run.id, at: at,
            observer: observer
        ).perform(&summary)
        InboxClearing(source: workspace.inbox.requests, run: run.id, at: at, observer: observer)
            .forgetRejected(after: workspace.configuration.inbox.keepRejected, &summary)
        return summary
    }

    private func decide() throws -> RotationPlan {
        // What a person reviewed was decided for its own time.
        let at = reviewed?.at ?? at
        let pickUp = try PickUp.read(inventory, policies, at: at)
        return try inventory.planningSnapshot { snapshot in
            observer.began(.decide, total: try snapshot.deviceCount)
            defer { observer.ended(.decide) }
            return try RotationPlan.make(
                Planner(
                    policies: policies, authorities: authorities.known, at: at, snapshot: snapshot,
                    waiting: WaitingRequests(),
                    revocations: try RevocationScope.find(in: snapshot, rules: policies.revocations, at: at),
                    imported: try ImportedRevocations.find(
                        in: snapshot, of: authorities.names, authorities, at: at),
                    keyName: \.spoken),
                edition: edition, limits: workspace.configuration.limits, limit: limit, inbox: nil, pickUp: pickUp)
        }
    }

    private func revoke(
        _ plan: RotationPlan, _ scope: RevocationScope, _ publisher: Publisher, _ results: inout [RowResult]
    ) async throws -> ListsOutcome {
        let external = try ExternalRevocations(inventory: inventory, authorities: authorities)
        try await Revoke(
            inventory: inventory, publisher: publisher, manifestValidity: keys.manifestValidity, run: run.id, at: at,
            observer: observer
        ).perform(plan, results: &results)
        // What was revoked for a lesser reason, and is found to be stolen now.
        for (place, certificates) in scope.revokedByCompromise.sorted(by: { $0.key < $1.key }) {
            guard let order = scope.revocations[place].order else { continue }
            try inventory.aggravate(certificates.sorted(), order: order, run: run.id, at: at)
        }
        var lists = try RevocationLists(
            inventory: inventory, tree: workspace.delivery, keys: keys, authorities: authorities, policies: policies,
            run: run.id, at: at, observer: observer
        ).perform()
        let untold = try external.troubles()
        untold.forEach(observer.warn)
        lists.troubles += untold
        return lists
    }

    /// - Returns: why an external issuer could not be asked, if so.
    private func issue(
        _ plan: RotationPlan, _ publisher: Publisher, _ results: inout [RowResult]
    ) async throws -> RotationError? {
        let unreachable: RotationError?
        do {
            unreachable = try await Issue(
                inventory: inventory, keys: keys, authorities: authorities, policies: policies, publisher: publisher,
                limits: workspace.configuration.limits, run: run.id, at: at, observer: observer
            ).perform(plan, results: &results)
        } catch {
            await keys.endIssuers()
            throw error
        }
        await keys.endIssuers()
        try await Ask(
            inventory: inventory, policies: policies, publisher: publisher, manifestValidity: keys.manifestValidity,
            run: run.id, at: at, observer: observer
        ).perform(plan, results: &results)
        return unreachable
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
            intake: intake, recovery: recovery, lists: ListsOutcome(), refreshed: 0, startedAt: run.startedAt,
            endedAt: endedAt)
    }
}
