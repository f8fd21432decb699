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
    let run: RunContext
    let policies: PolicySet
    let edition: PolicyEdition
    let authorities: AuthorityDirectory
    let keys: SigningKeys
    let limit: Int?
    let clock: any WallClock
    /// The saved plan that is carried out, if it is one.
    let reviewed: SavedPlan?

    /// - Parameter reach: what the revocations in force were found to reach before the first stage; nil where nobody looked.
    func perform(knowing reach: RevocationScope?) async throws -> RunOutcome {
        let publisher = self.publisher
        try publisher.publishFoundations(authorities)
        let recovery = try await Recover(run: run, publisher: publisher).perform()
        // Before anything is taken in: what a revocation reaches is not confirmed any more, and its keys are not certified.
        let scope = try RecordRevocations(run: run, rules: policies.revocations).perform(knowing: reach)
        var intake = try await takeIn(scope)
        var plan = try decide(scope)
        if let reviewed {
            try PlanAgreement(saved: reviewed).check(decided: plan)
            (plan.passedGuards, plan.guards) = (plan.guards, [])
        }
        guard plan.guards.isEmpty else {
            return RunOutcome(stoppedBefore: plan, run, intake, recovery, endedAt: clock.now())
        }
        plan.begin()
        let halts = RecordHalts(run: run)
        try halts.record(haltsOf: plan)
        let lists = try await revoke(&plan, scope, publisher)
        let unreachable = try await issue(&plan, publisher)
        // An authority that is away is no failure of a rollout.
        if unreachable == nil { try halts.record(failuresOf: plan) }
        try await Retire(run: run, publisher: publisher, manifestValidity: keys.manifestValidity).perform(&plan)
        let refreshed = try await Refresh(run: run, publisher: publisher, manifestValidity: keys.manifestValidity)
            .perform()
        if !run.stop.isMade {
            try run.inventory.forgetAnsweredRequests()
            try ForgetRequests(run, source: workspace.inbox.requests, keep: workspace.configuration.inbox.keep)
                .perform(plan, &intake)
        }
        // Everybody else has been served.
        if let unreachable { throw unreachable }
        try publisher.damaged.report(in: &plan, run.inventory)
        plan.pickUp = try PickUp.read(run.inventory, policies, at: run.at)
        return RunOutcome(
            id: run.id, plan: plan, intake: intake, recovery: recovery, lists: lists, refreshed: refreshed,
            startedAt: run.startedAt, endedAt: clock.now(), isStopped: run.stop.isMade)
    }

    /// Carries an order out that a person gave, and nothing beside it.
    func revoke(order name: String, _ order: Int64) async throws -> RunOutcome {
        let publisher = self.publisher
        try publisher.publishFoundations(authorities)
        let recovery = try await Recover(run: run, publisher: publisher).perform()
        var (plan, scope) = try decide(onlyOrder: name)
        try run.inventory.refuseKeys(
            (scope.refusedKeys.first ?? []).sorted(by: KeyReference.isBefore), order: order, run: run.id, at: run.at)
        plan.begin()
        let lists = try await revoke(&plan, scope, publisher)
        try publisher.damaged.report(in: &plan, run.inventory)
        return RunOutcome(
            id: run.id, plan: plan, intake: IntakeSummary(), recovery: recovery, lists: lists, refreshed: 0,
            startedAt: run.startedAt, endedAt: clock.now(), isStopped: run.stop.isMade)
    }

    /// The plan with the rows of one order alone.
    private func decide(onlyOrder name: String) throws -> (RotationPlan, RevocationScope) {
        let pickUp = try PickUp.read(run.inventory, policies, at: run.at)
        return try run.inventory.planningSnapshot { snapshot in
            let scope = try RevocationScope.find(in: snapshot, rules: [], at: run.at, onlyOrder: name)
            let planner = Planner(
                policies: policies, authorities: authorities.known, at: run.at, snapshot: snapshot,
                waiting: WaitingRequests(),
                revocations: scope)
            let plan = try RotationPlan.make(
                planner, decisions: try planner.revocationsAlone(), edition: edition,
                limits: workspace.configuration.limits, limit: nil, inbox: nil, pickUp: pickUp)
            return (plan, scope)
        }
    }

    private var publisher: Publisher {
        Publisher(run, tree: workspace.delivery, keys: keys, authorities: authorities)
    }

    private func takeIn(_ revocations: RevocationScope) async throws -> IntakeSummary {
        var summary = IntakeSummary()
        let inbox = workspace.inbox
        let spool = try await OpenSpool(run, source: inbox.submissions)
            .perform(isExpected: workspace.configuration.gate != nil, &summary)
        // First the confirmations: whether a CSR can be taken depends on which certificate is the current one.
        try await TakeInConfirmations(run, source: inbox.confirmations, revocations: revocations).perform(&summary)
        try await TakeInConfirmations(run, source: inbox.submissions, revocations: revocations)
            .perform(spool, &summary)
        try await TakeInSeen(run, source: inbox.seen, policies: policies, revocations: revocations).perform(&summary)
        try await TakeInRequests(run, inbox: inbox, policies: policies, authorities: authorities.known)
            .perform(spool, &summary)
        InboxClearing(run, source: inbox.requests)
            .forgetRejected(after: workspace.configuration.inbox.keepRejected, &summary)
        return summary
    }

    /// - Parameter recorded: what the revocations reach. What is taken in changes nothing of it: a certificate that is reached
    ///   is not confirmed.
    private func decide(_ recorded: RevocationScope) throws -> RotationPlan {
        // What a person reviewed was decided for its own time.
        let at = reviewed?.at ?? run.at
        let pickUp = try PickUp.read(run.inventory, policies, at: at)
        return try run.inventory.planningSnapshot { snapshot in
            run.observer.began(.decide, total: try snapshot.deviceCount)
            defer { run.observer.ended(.decide) }
            let revocations =
                reviewed == nil
                ? recorded : try RevocationScope.find(in: snapshot, rules: policies.revocations, at: at)
            return try RotationPlan.make(
                Planner(
                    policies: policies, authorities: authorities.known, at: at, snapshot: snapshot,
                    waiting: WaitingRequests(),
                    revocations: revocations,
                    imported: try ImportedRevocations.find(
                        in: snapshot, of: authorities.names, authorities, at: at),
                    keyName: \.spoken),
                edition: edition, limits: workspace.configuration.limits, limit: limit, inbox: nil, pickUp: pickUp)
        }
    }

    private func revoke(
        _ plan: inout RotationPlan, _ scope: RevocationScope, _ publisher: Publisher
    ) async throws -> ListsOutcome {
        let external = try ExternalRevocations(inventory: run.inventory, authorities: authorities)
        try await Revoke(run: run, publisher: publisher, manifestValidity: keys.manifestValidity).perform(&plan)
        // What was revoked for a lesser reason, and is found to be stolen now.
        for (place, certificates) in scope.revokedByCompromise.sorted(by: { $0.key < $1.key }) {
            guard let order = scope.revocations[place].order else { continue }
            try run.inventory.aggravate(certificates.sorted(), order: order, run: run.id, at: run.at)
        }
        var lists = try RevocationLists(
            run: run, tree: workspace.delivery, keys: keys, authorities: authorities, policies: policies
        ).perform()
        let untold = try external.troubles()
        untold.forEach(run.observer.warn)
        lists.troubles += untold
        return lists
    }

    /// - Returns: why an external issuer could not be asked, if so.
    private func issue(_ plan: inout RotationPlan, _ publisher: Publisher) async throws -> RotationError? {
        let unreachable: RotationError?
        do {
            unreachable = try await Issue(
                run: run, keys: keys, authorities: authorities, policies: policies, publisher: publisher,
                limits: workspace.configuration.limits
            ).perform(&plan)
        } catch {
            await keys.endIssuers()
            throw error
        }
        await keys.endIssuers()
        try await Ask(
            run: run, policies: policies, publisher: publisher, manifestValidity: keys.manifestValidity
        ).perform(&plan)
        return unreachable
    }
}

extension RotationPlan {
    /// What no stage works on has its result from the beginning.
    mutating func begin() {
        for place in rows.indices { rows[place].result = .untouched(rows[place].decision.action) }
    }
}

extension RunOutcome {
    /// Of a run that a guard stopped.
    init(
        stoppedBefore stopped: RotationPlan, _ run: RunContext, _ intake: IntakeSummary = IntakeSummary(),
        _ recovery: RecoverySummary = RecoverySummary(), endedAt: Timestamp
    ) {
        var plan = stopped
        plan.begin()
        for place in plan.rows.indices where plan.rows[place].decision.action.isChange {
            plan.rows[place].result = RowResult(.stopped)
        }
        self.init(
            id: run.id, plan: plan, intake: intake, recovery: recovery, lists: ListsOutcome(), refreshed: 0,
            startedAt: run.startedAt, endedAt: endedAt)
    }
}
