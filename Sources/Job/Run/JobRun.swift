import Delivery
import Fleet
import Issuing
import PKI
import Planning
import Policy
import RotationModel
import System

/// The job: a run under the lock, from its first record to its last. The stages are ``RunStages``.
package struct JobRun: Sendable {
    let workspace: Workspace
    let at: Timestamp
    let limit: Int?
    let reviewed: SavedPlan?
    let acceptsTime: Bool
    let actor: String
    let clock: any WallClock
    let observer: any RunObserver
    let stop: StopRequest

    /// - Parameters:
    ///   - at: the one `now` of the run: dates are judged by it and certificates start from it.
    ///   - limit: the most certificates to issue, or nil. A reviewed plan has its own.
    ///   - reviewed: a saved plan, which is carried out as it stands or not at all. Dates are judged by its time then;
    ///     certificates start from `at` all the same.
    ///   - acceptsTime: whether a person said that `at` is right, however far from the last run's time it is.
    ///   - actor: who the audit says it was.
    ///   - clock: for the wall-clock times in the run's record.
    package init(
        _ workspace: Workspace, at: Timestamp, limit: Int? = nil, reviewed: SavedPlan? = nil,
        acceptsTime: Bool = false, actor: String, clock: any WallClock = SystemClock(),
        observer: any RunObserver = SilentObserver(), stop: StopRequest = .never
    ) {
        self.workspace = workspace
        self.at = at
        self.limit = reviewed == nil ? limit : reviewed?.limit
        self.reviewed = reviewed
        self.acceptsTime = acceptsTime
        self.actor = actor
        self.clock = clock
        self.observer = observer
        self.stop = stop
    }

    package func perform(report: RunReporter? = nil) async throws -> RunOutcome {
        let (policies, edition) = try workspace.loadPolicies()
        let authorities = try workspace.authorities()
        let lock = try FileLock(for: workspace.configuration)
        defer { withExtendedLifetime(lock) {} }
        workspace.openDoors().forEach(observer.warn)
        let inventory = try workspace.openForChange()
        let occasion = try checkTime(inventory)
        try await checkReviewedPlan(policies)
        let outcome = try await RunRecorder(
            inventory: inventory, tree: workspace.delivery, at: at, occasion: occasion, actor: actor, clock: clock,
            observer: observer, reports: workspace.reports, stop: stop
        ).keep { run in
            // Everything that could stop the run is looked at before it touches anything.
            let keys = try workspace.signingKeys(
                authorities, needing: workspace.signingAuthorities(policies, at: at), observer: observer)
            var reach: RevocationScope?
            if reviewed == nil {
                let found = try revocationScope(run.inventory, policies)
                if let stopped = try await guardedOutcome(run, policies, found) { return stopped }
                reach = found
            }
            return try await RunStages(
                workspace: workspace, run: run, policies: policies, edition: edition,
                authorities: authorities.knowing(manifestKey: keys.manifests.publicKey.identity), keys: keys,
                limit: limit, clock: clock, reviewed: reviewed
            ).perform(knowing: reach)
        }
        workspace.report(outcome, by: report, inventory)
        return outcome
    }

    /// Whether the run's time may be right. Asked before the run is on record: one that is refused has done nothing.
    private func checkTime(_ inventory: any FleetStore) throws -> RunOccasion {
        guard let jump = try workspace.timeJump(at: at, inventory) else { return .job }
        guard acceptsTime else {
            let plan = reviewed.map { " --plan \($0.path)" } ?? ""
            let limit = reviewed == nil ? limit.map { " --limit \($0)" } ?? "" : ""
            throw jump.error(goingOnWith: "rotation-job run\(plan)\(limit)")
        }
        return .acceptedTime(lastRun: jump.lastRun)
    }

    /// Whether the reviewed plan, if there is one, is what would be decided now. Asked under the lock and before the run is
    /// on record: one that is refused has done nothing.
    private func checkReviewedPlan(_ policies: PolicySet) async throws {
        guard let reviewed else { return }
        guard reviewed.at <= at else {
            throw RotationError(
                .badInput, "the plan is for \(reviewed.at), and it is \(at)", at: reviewed.path,
                advice: "wait until then, or save a plan for now: `rotation-job plan --save FILE`")
        }
        let current = try await DryRun(workspace, at: reviewed.at, limit: reviewed.limit, observer: observer)
            .reviewablePlan()
        let agreement = PlanAgreement(saved: reviewed)
        try agreement.check(against: current)
        try agreement.checkOpenings(of: current.plan, policies, at: at)
    }

    /// The outcome of a run that a guard stops, before it has taken anything in; nil where no guard does.
    ///
    /// The plan is worked out once more for it, and only where a guard could break at all.
    private func guardedOutcome(
        _ run: RunContext, _ policies: PolicySet, _ reach: RevocationScope
    ) async throws -> RunOutcome? {
        guard try couldBreakGuard(run.inventory, policies, reach) else { return nil }
        let plan = try await DryRun(workspace, at: at, limit: limit, observer: observer).plan()
        guard !plan.guards.isEmpty else { return nil }
        return RunOutcome(stoppedBefore: plan, run, endedAt: clock.now())
    }

    private func revocationScope(_ inventory: any FleetStore, _ policies: PolicySet) throws -> RevocationScope {
        try inventory.planningSnapshot { try RevocationScope.find(in: $0, rules: policies.revocations, at: at) }
    }

    /// Never more certificates are issued than there are devices, nor than CSRs wait where no policy lets a key stay; and never
    /// more are revoked than the revocations in force reach.
    private func couldBreakGuard(
        _ inventory: any FleetStore, _ policies: PolicySet, _ reach: RevocationScope
    ) throws -> Bool {
        let limits = workspace.configuration.limits
        let (devices, reached, allowed) = try inventory.planningSnapshot { snapshot in
            (
                try snapshot.deviceCount,
                try reach.activeCount + snapshot.pendingRevocationCount,
                Guards.most(limits.revoke, of: try snapshot.activeCertificateCount)
            )
        }
        if reached > allowed { return true }
        let inbox = workspace.inbox
        let requests = try [inbox.requests, inbox.submissions].reduce(try inventory.waitingRequestCount()) {
            sum, source in
            sum + (source.obstacle == nil ? try source.names().count : 0)
        }
        return devices > limits.issue
            && (requests > limits.issue || policies.policies.contains { $0.rekey == .allowed })
    }
}
