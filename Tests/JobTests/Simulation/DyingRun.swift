import Delivery
import Fleet
import PKI
import Policy
import RotationModel
import RotationTesting

@testable import Intake
@testable import Issuing
@testable import Job
@testable import Planning

/// A run that goes as far as it is let, with the job's own parts, and then is never heard of again.
struct DyingRun {
    enum Death: CaseIterable {
        case began
        /// CSRs are recorded; the files are still there.
        case requestsTaken
        /// Confirmations are recorded; the files are still there.
        case confirmationsTaken
        /// Serial numbers are set aside.
        case reserved
        /// Certificates are recorded.
        case recorded
        /// Manifests are in place; that is not recorded.
        case published
        /// Rotations are completed; their manifests are not written.
        case completed
        /// Statuses are REVOKED; no list says so.
        case revoked
        /// A CRL number is spent.
        case listBegun
        /// The real run, stopped when it begins to issue.
        case stopped
    }

    let fleet: TestFleet
    let at: Timestamp
    private let record: RunRecord
    private var id: RunID { record.id }
    private let inventory: any FleetStore

    init(_ fleet: TestFleet, at: Timestamp) throws {
        (self.fleet, self.at) = (fleet, at)
        record = RunRecord(
            id: RunID("\(at.compact)-deadbeef"), startedAt: at, now: at, actor: "test", host: "here", pid: 1)
        inventory = try fleet.workspace.openInventory(.readWrite)
    }

    func die(_ death: Death) async throws {
        if death == .stopped { return await stopped() }
        try inventory.beginRun(record)
        if death == .began { return }
        try await takeConfirmations()
        if death == .confirmationsTaken { return }
        try await takeRequests()
        if death == .requestsTaken { return }
        let plan = try plan()
        switch death {
        case .completed: try complete(plan)
        case .revoked: try revoke(plan)
        case .listBegun:
            _ = try inventory.beginCRL(
                name: "fleet-ca-1.crl", authority: "fleet-ca-1", thisUpdate: at, nextUpdate: at + .days(7), covers: 0,
                run: id, at: at)
        case .reserved, .recorded, .published: try await issue(plan, death)
        case .began, .requestsTaken, .confirmationsTaken, .stopped: break
        }
    }

    // MARK: Taking in

    private func takeConfirmations() async throws {
        let folder = fleet.workspace.inbox.confirmations
        let readings = try await ConfirmationReader(source: folder).read(try folder.names())
        let evaluation = ConfirmationCheck(at: at)
        let claims = try inventory.planningSnapshot { try evaluation.claims(readings, $0) }
        let orders = try await evaluation.evaluate(claims).compactMap { claim -> ConfirmationOrder? in
            if case .confirm(let order) = claim.outcome { order } else { nil }
        }
        _ = try inventory.confirm(orders, refused: [], run: id, at: at)
    }

    private func takeRequests() async throws {
        let folder = fleet.workspace.inbox.requests
        let readings = try await SignedRequestCheck().verify(
            try await RequestReader(source: folder).read(try folder.names()), inventory)
        var evaluation = RequestCheck(policies: try fleet.workspace.loadPolicies().set, at: at)
        let taken = try inventory.planningSnapshot { snapshot in
            try evaluation.evaluate(readings, snapshot).outcomes.compactMap { outcome -> TakenRequest? in
                if case .take(let request) = outcome { request } else { nil }
            }
        }
        _ = try inventory.take(taken, refused: [], run: id, at: at)
    }

    // MARK: Changing

    private func plan() throws -> RotationPlan {
        let (policies, edition) = try fleet.workspace.loadPolicies()
        let authorities = try fleet.workspace.authorities()
        let pickUp = try PickUp.read(inventory, policies, at: at)
        return try inventory.planningSnapshot { snapshot in
            try RotationPlan.make(
                Planner(
                    policies: policies, authorities: authorities.known, at: at, snapshot: snapshot,
                    waiting: WaitingRequests(),
                    revocations: try RevocationScope.find(in: snapshot, rules: policies.revocations, at: at)),
                edition: edition, limits: fleet.workspace.configuration.limits, limit: nil, inbox: nil, pickUp: pickUp)
        }
    }

    private func complete(_ plan: RotationPlan) throws {
        let orders = Array(plan.decisions).compactMap { decision -> CompletionOrder? in
            guard case .retire(let rotation?) = decision.action else { return nil }
            return CompletionOrder(
                rotation: rotation.number, deviceRow: decision.subject.deviceRow, device: decision.device,
                certificateRow: decision.subject.certificateRow, fingerprint: decision.fingerprint,
                cause: Cause(
                    decision.reason, PolicyReference(name: "sensors", file: "policies/policy.yaml", line: 3)),
                manifestExpires: at + .days(30))
        }
        _ = try inventory.complete(orders, run: id, at: at)
    }

    private func revoke(_ plan: RotationPlan) throws {
        let orders = Array(plan.decisions).compactMap { decision -> RevokeOrder? in
            guard decision.action == .revoke, let revocation = decision.revocation, let order = revocation.order else {
                return nil
            }
            return RevokeOrder(
                certificateRow: decision.subject.certificateRow, fingerprint: decision.fingerprint,
                device: decision.device, order: order, reach: revocation.reach, reason: revocation.reason,
                cause: decision.cause,
                manifestExpires: at + .days(30))
        }
        _ = try inventory.revoke(orders, run: id, at: at)
    }

    private func issue(_ plan: RotationPlan, _ death: Death) async throws {
        let workspace = fleet.workspace
        let (policies, _) = try workspace.loadPolicies()
        let authorities = try workspace.authorities()
        let keys = try workspace.signingKeys(
            authorities, needing: workspace.signingAuthorities(policies, at: at), observer: SilentObserver())
        let run = RunContext(inventory, record, observer: SilentObserver())
        let publisher = Publisher(run, tree: workspace.delivery, keys: keys, authorities: authorities)
        let stage = Issue(
            run: run, keys: keys, authorities: authorities, policies: policies, publisher: publisher,
            limits: workspace.configuration.limits)
        guard let batch = stage.batches(of: plan).first else { return }
        let reserved = try batch.reserve()
        if death == .reserved { return }
        let outcome = try batch.record(try await batch.sign(reserved))
        if death == .recorded { return }
        if let staged = try await publisher.stage(outcome.manifests) { _ = try publisher.putInPlace(staged) }
    }

    /// The task is cancelled when the stage begins: the run ends with an error before its first batch.
    private func stopped() async {
        let (workspace, at) = (fleet.workspace, at)
        await Task {
            let run = JobRun(workspace, at: at, actor: "test", clock: FixedClock(at), observer: StoppingObserver())
            _ = try? await run.perform()
        }.value
    }
}

/// Cancels the task that it is called in.
private struct StoppingObserver: RunObserver {
    func began(_ stage: Stage, total: Int?) {
        if stage == .issue { withUnsafeCurrentTask { $0?.cancel() } }
    }
    func advanced(_ stage: Stage, by count: Int) {}
    func ended(_ stage: Stage) {}
    func warn(_ text: String) {}
}
