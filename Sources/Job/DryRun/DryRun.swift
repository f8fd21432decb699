import Delivery
import Fleet
import Intake
import Issuing
import Planning
import Policy
import RotationModel
import System

/// The dry run: what a run at a given time would do. It writes nothing.
package struct DryRun: Sendable {
    let workspace: Workspace
    let at: Timestamp
    let limit: Int?
    let observer: any RunObserver
    private let reading: FleetReading

    /// - Parameters:
    ///   - limit: as for the run: the most certificates to issue, or nil.
    ///   - reading: how devices are found that the plan has rows for; it makes no other difference than of time.
    package init(
        _ workspace: Workspace, at: Timestamp, limit: Int? = nil, observer: any RunObserver = SilentObserver(),
        reading: FleetReading = .search
    ) {
        self.reading = reading
        self.workspace = workspace
        self.at = at
        self.limit = limit
        self.observer = observer
    }

    package func plan() async throws -> RotationPlan {
        let sources = try await sources()
        return try sources.inventory.planningSnapshot { try decide(sources, $0).plan }
    }

    /// All that decides, but for the inventory as it stands at one moment.
    struct Sources {
        let policies: PolicySet
        let edition: PolicyEdition
        let authorities: AuthorityDirectory
        let inventory: any FleetStore
        let requests: [RequestReader.Reading]
        let confirmations: [(file: String, outcome: ConfirmationCheck.Outcome)]
        let pickUp: PickUp
        /// What the gate noted of who spoke to it.
        let seen: SeenReader.Reading
    }

    func sources() async throws -> Sources {
        let (policies, edition) = try workspace.loadPolicies()
        return try await sources(policies, edition)
    }

    func sources(_ policies: PolicySet, _ edition: PolicyEdition) async throws -> Sources {
        let authorities = try workspace.authorities()
        let inventory = try workspace.openInventory(.readOnly)
        let submissions = workspace.inbox.submissions
        let spool = try await SpoolListing(of: try names(in: submissions), in: submissions)
        let confirmations = try await judgeConfirmations(inventory, policies, spool)
        return Sources(
            policies: policies, edition: edition, authorities: authorities, inventory: inventory,
            requests: try await readRequests(authorities, inventory, confirmations, spool),
            confirmations: confirmations,
            pickUp: try PickUp.read(inventory, policies, at: at), seen: try await readSeen())
    }

    func decide(_ sources: Sources, _ snapshot: any FleetView) throws -> (
        plan: RotationPlan, waiting: WaitingRequests
    ) {
        let (planner, inbox) = try planner(sources, snapshot)
        observer.began(.decide, total: try snapshot.deviceCount)
        defer { observer.ended(.decide) }
        let plan = try RotationPlan.make(
            planner, edition: sources.edition, limits: workspace.configuration.limits, limit: limit, inbox: inbox,
            pickUp: sources.pickUp)
        return (plan, planner.waiting)
    }

    /// The planner as the next run would have it, and what it finds in the inbox.
    func planner(_ sources: Sources, _ snapshot: any FleetView) throws -> (planner: Planner, inbox: InboxOutlook) {
        var preview = InboxPreview(policies: sources.policies, at: at)
        let inbox = workspace.inbox
        // The spool has one obstacle for both of its folders.
        preview.look(
            at: [
                inbox.requests, inbox.confirmations, inbox.submissions.obstacle == nil ? inbox.seen : inbox.submissions,
            ])
        preview.look(at: sources.confirmations)
        let revocations = try RevocationScope.find(in: snapshot, rules: sources.policies.revocations, at: at)
        let seen = SeenCheck(
            policies: sources.policies, confirmations: ConfirmationCheck(at: at, revoked: revocations.rows))
        try preview.look(at: sources.seen, seen, snapshot)
        try preview.look(at: sources.requests, snapshot, revocations)
        let planner = Planner(
            policies: sources.policies, authorities: sources.authorities.known, at: at, snapshot: snapshot,
            waiting: preview.waiting,
            revocations: revocations,
            imported: try ImportedRevocations.find(
                in: snapshot, of: sources.authorities.names, sources.authorities, at: at),
            keyName: \.spoken, reading: reading)
        return (planner, preview.outlook)
    }

    private func readRequests(
        _ authorities: AuthorityDirectory, _ inventory: any FleetStore,
        _ confirmations: [(file: String, outcome: ConfirmationCheck.Outcome)], _ spool: SpoolListing
    ) async throws -> [RequestReader.Reading] {
        let inbox = workspace.inbox
        let confirmed = confirmations.compactMap { item -> Int64? in
            if case .confirm(let order) = item.outcome { order.certificateRow } else { nil }
        }
        let check = SignedRequestCheck(confirmed: Set(confirmed))
        func read(_ names: [String], in source: InboxFolder) async throws -> [RequestReader.Reading] {
            let reader = RequestReader(source: source, authorities: authorities.known)
            return try await inBatches(names) { try await check.verify(try await reader.read($0), inventory) }
        }
        return try await read(try names(in: inbox.requests), in: inbox.requests)
            + read(spool.requests, in: inbox.submissions)
    }

    private func judgeConfirmations(
        _ inventory: any FleetStore, _ policies: PolicySet, _ spool: SpoolListing
    ) async throws -> [(file: String, outcome: ConfirmationCheck.Outcome)] {
        let inbox = workspace.inbox
        let scope = try inventory.planningSnapshot {
            try RevocationScope.find(in: $0, rules: policies.revocations, at: at)
        }
        let evaluation = ConfirmationCheck(at: at, revoked: scope.rows)
        func judge(
            _ names: [String], in source: InboxFolder
        ) async throws -> [(file: String, outcome: ConfirmationCheck.Outcome)] {
            try await inBatches(names) { names in
                let readings = try await ConfirmationReader(source: source).read(names)
                return try await evaluation.evaluate(
                    try inventory.planningSnapshot { try evaluation.claims(readings, $0) })
            }
        }
        return try await judge(try names(in: inbox.confirmations), in: inbox.confirmations)
            + judge(spool.confirmations, in: inbox.submissions)
    }

    /// What the gate noted of who spoke to it.
    func readSeen() async throws -> SeenReader.Reading {
        let source = workspace.inbox.seen
        var reading = SeenReader.Reading()
        for chunk in try names(in: source).chunked(by: SeenReader.batch) {
            reading.add(try await SeenReader(source: source).read(Array(chunk)))
        }
        return reading
    }

    /// What may not be used is told as an obstacle, as a run does; the rest of the plan stands.
    private func names(in source: InboxFolder) throws -> [String] {
        source.obstacle == nil ? try source.names() : []
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
