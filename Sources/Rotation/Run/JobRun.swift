import Delivery
import Fleet
import PKI
import Policy
public import RotationModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The job: lock, recover, take in, decide, issue, ask, retire, report.
public struct JobRun: Sendable {
    let workspace: Workspace
    let at: Timestamp
    let limit: Int?
    let actor: String
    let clock: any WallClock
    let observer: any RunObserver

    /// - Parameters:
    ///   - at: the one `now` of the run: dates are judged by it and certificates start from it.
    ///   - limit: the most certificates to issue, or nil.
    ///   - actor: who the audit says it was.
    ///   - clock: for the wall-clock times in the run's record.
    public init(
        _ workspace: Workspace, at: Timestamp, limit: Int? = nil, actor: String, clock: any WallClock = SystemClock(),
        observer: any RunObserver = SilentObserver()
    ) {
        self.workspace = workspace
        self.at = at
        self.limit = limit
        self.actor = actor
        self.clock = clock
        self.observer = observer
    }

    public func perform() async throws -> RunOutcome {
        let (policies, edition) = try workspace.loadPolicies()
        let authorities = try workspace.authorities()
        let lock = try WorkspaceLock(for: workspace.configuration)
        let inventory = try workspace.openInventory(.readWrite)
        let outcome = try await perform(inventory, policies, edition, authorities)
        withExtendedLifetime(lock) {}
        return outcome
    }

    private func perform(
        _ inventory: Inventory, _ policies: PolicySet, _ edition: PolicyEdition, _ authorities: AuthorityDirectory
    ) async throws -> RunOutcome {
        let startedAt = clock.now()
        let run = JobRun.identifier(startedAt)
        try inventory.beginRun(
            RunRecord(
                id: run, startedAt: startedAt, now: at, actor: actor, host: JobRun.hostName, pid: getpid()))
        do {
            // Everything that could stop the run is looked at before it touches anything.
            let keys = try SigningKeys.load(
                workspace.configuration, authorities, needing: Set(policies.policies.map(\.profile.authority)))
            if let stopped = try await guardedOutcome(inventory, policies, run, startedAt) {
                try inventory.endRun(run, outcome: stopped.ending.rawValue, counts: stopped.counts, at: clock.now())
                return stopped
            }
            let outcome = try await stages(inventory, policies, edition, authorities, keys, run, startedAt)
            try inventory.endRun(run, outcome: outcome.ending.rawValue, counts: outcome.counts, at: clock.now())
            return outcome
        } catch {
            // The error matters more than whether its record could be written: a full disk refuses both.
            try? inventory.endRun(run, outcome: "failed", counts: [:], at: clock.now())
            throw error
        }
    }

    /// The outcome of a run that a guard stops, before it has taken anything in; nil where no guard does.
    ///
    /// The plan is worked out once more for it, and only where the guard could break at all: never more certificates are
    /// issued than there are devices, nor than CSRs wait where no policy lets a key stay.
    private func guardedOutcome(
        _ inventory: Inventory, _ policies: PolicySet, _ run: String, _ startedAt: Timestamp
    ) async throws -> RunOutcome? {
        let limit = workspace.configuration.limits.issue
        let devices = try inventory.planningSnapshot { $0.deviceCount }
        let requests = try inventory.waitingRequestCount() + workspace.inbox.requestNames().count
        guard devices > limit, requests > limit || policies.policies.contains(where: { $0.rekey == .allowed })
        else { return nil }
        let plan = try await DryRun(workspace, at: at, limit: self.limit, observer: observer).plan()
        guard !plan.guards.isEmpty else { return nil }
        let results = plan.decisions.map { $0.action.isChange ? RowResult(.stopped) : RowResult.untouched($0.action) }
        return RunOutcome(
            id: run, plan: plan, results: results, intake: IntakeSummary(), recovery: RecoverySummary(), refreshed: 0,
            startedAt: startedAt, endedAt: clock.now())
    }

    private func stages(
        _ inventory: Inventory, _ policies: PolicySet, _ edition: PolicyEdition, _ authorities: AuthorityDirectory,
        _ keys: SigningKeys, _ run: String, _ startedAt: Timestamp
    ) async throws -> RunOutcome {
        let publisher = Publisher(
            inventory: inventory, tree: workspace.delivery, keys: keys, authorities: authorities, run: run, at: at)
        try publisher.publishFoundations(authorities)
        let recovery = try await Recover(
            inventory: inventory, publisher: publisher, run: run, at: at, observer: observer
        ).perform()
        let intake = try await TakeIn(
            inbox: workspace.inbox, inventory: inventory, policies: policies, run: run, at: at, observer: observer
        ).perform()
        let plan = try decide(inventory, policies, edition, authorities)
        var results = plan.decisions.map { RowResult.untouched($0.action) }
        var refreshed = 0
        if plan.guards.isEmpty {
            try await Issue(
                inventory: inventory, keys: keys, authorities: authorities, policies: policies, publisher: publisher,
                limits: workspace.configuration.limits, run: run, at: at, observer: observer
            ).perform(plan, results: &results)
            try await Ask(
                inventory: inventory, policies: policies, publisher: publisher,
                manifestValidity: keys.manifestValidity, run: run, at: at, observer: observer
            ).perform(plan, results: &results)
            try Retire(inventory: inventory, run: run, at: at, observer: observer).perform(plan, results: &results)
            refreshed = try await Refresh(
                inventory: inventory, publisher: publisher, manifestValidity: keys.manifestValidity, run: run, at: at,
                observer: observer
            ).perform()
        } else {
            results = plan.decisions.map { $0.action.isChange ? RowResult(.stopped) : RowResult.untouched($0.action) }
        }
        try inventory.forgetAnsweredRequests()
        return RunOutcome(
            id: run, plan: plan, results: results, intake: intake, recovery: recovery, refreshed: refreshed,
            startedAt: startedAt, endedAt: clock.now())
    }

    private func decide(
        _ inventory: Inventory, _ policies: PolicySet, _ edition: PolicyEdition, _ authorities: AuthorityDirectory
    ) throws -> RotationPlan {
        try inventory.planningSnapshot { snapshot in
            observer.began(.decide, total: snapshot.deviceCount)
            defer { observer.ended(.decide) }
            return try RotationPlan.make(
                Planner(
                    policies: policies, authorities: authorities, at: at, snapshot: snapshot,
                    waiting: WaitingRequests()),
                edition: edition, limits: workspace.configuration.limits, limit: limit, inbox: nil)
        }
    }

    /// Sorts by time, and differs for two runs of one second.
    private static func identifier(_ time: Timestamp) -> String {
        "\(time.compact)-\(Hex.encode((0..<4).map { _ in UInt8.random(in: .min ... .max) }))"
    }

    static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension RunOutcome {
    /// For the run's record: how many rows ended how, and what came of the inbox.
    var counts: [String: Int] {
        var counts: [String: Int] = [:]
        for result in results { counts[result.status.rawValue, default: 0] += 1 }
        counts["csr-taken"] = intake.taken
        counts["csr-rejected"] = intake.rejected.count
        counts["refreshed"] = refreshed
        return counts
    }
}
