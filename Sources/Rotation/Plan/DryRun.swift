import Delivery
import Fleet
import Policy
public import RotationModel

/// The dry run: what a run at a given time would do. It writes nothing.
public struct DryRun: Sendable {
    let workspace: Workspace
    let at: Timestamp
    let limit: Int?
    let observer: any RunObserver

    /// - Parameter limit: as for the run: the most certificates to issue, or nil.
    public init(
        _ workspace: Workspace, at: Timestamp, limit: Int? = nil, observer: any RunObserver = SilentObserver()
    ) {
        self.workspace = workspace
        self.at = at
        self.limit = limit
        self.observer = observer
    }

    public func plan() async throws -> RotationPlan {
        let (policies, edition) = try workspace.loadPolicies()
        let authorities = try workspace.authorities()
        let inventory = try workspace.openInventory(.readOnly)
        let requests = try await readRequests()
        let confirmations = try await judgeConfirmations(inventory)
        let pickUp = try PickUp.read(inventory, policies, at: at)
        return try inventory.planningSnapshot { snapshot in
            var preview = InboxPreview(policies: policies)
            preview.look(at: confirmations)
            try preview.look(at: requests, snapshot)
            observer.began(.decide, total: snapshot.deviceCount)
            defer { observer.ended(.decide) }
            return try RotationPlan.make(
                Planner(
                    policies: policies, authorities: authorities, at: at, snapshot: snapshot, waiting: preview.waiting,
                    revocations: try RevocationScope.find(in: snapshot, rules: policies.revocations, at: at)),
                edition: edition, limits: workspace.configuration.limits, limit: limit, inbox: preview.outlook,
                pickUp: pickUp)
        }
    }

    private func readRequests() async throws -> [RequestReader.Reading] {
        let tray = workspace.inbox.requests
        let reader = RequestReader(tray: tray)
        return try await inBatches(try tray.names()) { try await reader.read($0) }
    }

    private func judgeConfirmations(
        _ inventory: Inventory
    ) async throws -> [(file: String, ruling: ConfirmationJudge.Ruling)] {
        let tray = workspace.inbox.confirmations
        let reader = ConfirmationReader(tray: tray)
        let judge = ConfirmationJudge(at: at)
        return try await inBatches(try tray.names()) { names in
            let readings = try await reader.read(names)
            return try await judge.judge(try inventory.planningSnapshot { try judge.claims(readings, $0) })
        }
    }

    private func inBatches<Result>(
        _ names: [String], _ body: ([String]) async throws -> [Result]
    ) async throws -> [Result] {
        observer.began(.takeIn, total: names.count)
        defer { observer.ended(.takeIn) }
        var results: [Result] = []
        results.reserveCapacity(names.count)
        for chunk in names.chunked(by: 1000) {
            results += try await body(Array(chunk))
            observer.advanced(.takeIn, by: chunk.count)
        }
        return results
    }
}

extension RotationPlan {
    /// The one way from an inventory to a plan, for the dry run and for the run.
    ///
    /// - Parameter decisions: the rows, where they are known already.
    static func make(
        _ planner: Planner, decisions known: [Decision]? = nil, edition: PolicyEdition, limits: RunLimits, limit: Int?,
        inbox: InboxOutlook?,
        pickUp: PickUp
    ) throws -> RotationPlan {
        var decisions = try known ?? planner.decisions()
        let outlooks = planner.revocations.outlooks(under: decisions)
        Rollout.hold(&decisions, policies: planner.policies, limit: limit)
        return RotationPlan(
            at: planner.at, policies: edition, deviceCount: planner.snapshot.deviceCount,
            certificateCount: planner.snapshot.certificateCount, decisions: decisions, inbox: inbox,
            pickUp: pickUp, revocations: outlooks,
            guards: Guards.broken(
                by: decisions, limits: limits, active: try planner.snapshot.activeCertificateCount),
            expiries: try planner.snapshot.expiries(from: planner.at))
    }
}
