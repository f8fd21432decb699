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
        let readings = try await readInbox()
        return try inventory.planningSnapshot { snapshot in
            let (waiting, outlook) = try InboxPreview(inbox: workspace.inbox, policies: policies).look(
                snapshot, readings)
            observer.began(.decide, total: snapshot.deviceCount)
            defer { observer.ended(.decide) }
            return try RotationPlan.make(
                Planner(policies: policies, authorities: authorities, at: at, snapshot: snapshot, waiting: waiting),
                edition: edition, limits: workspace.configuration.limits, limit: limit, inbox: outlook)
        }
    }

    private func readInbox() async throws -> [RequestReader.Reading] {
        let names = try workspace.inbox.requestNames()
        observer.began(.takeIn, total: names.count)
        defer { observer.ended(.takeIn) }
        let reader = RequestReader(inbox: workspace.inbox)
        var readings: [RequestReader.Reading] = []
        readings.reserveCapacity(names.count)
        for chunk in names.chunked(by: 1000) {
            readings += try await reader.read(Array(chunk))
            observer.advanced(.takeIn, by: chunk.count)
        }
        return readings
    }
}

extension RotationPlan {
    /// The one way from an inventory to a plan, for the dry run and for the run.
    static func make(
        _ planner: Planner, edition: PolicyEdition, limits: RunLimits, limit: Int?, inbox: InboxOutlook?
    ) throws -> RotationPlan {
        var decisions = try planner.decisions()
        Rollout.hold(&decisions, policies: planner.policies, limit: limit)
        return RotationPlan(
            at: planner.at, policies: edition, deviceCount: planner.snapshot.deviceCount,
            certificateCount: planner.snapshot.certificateCount, decisions: decisions, inbox: inbox,
            guards: Guards.broken(by: decisions, limits: limits))
    }
}
