import Delivery
import Fleet
import Planning
import Policy
import RotationModel
import System

/// Where the fleet stands: the last runs, what is due, what is under way, and what needs a person.
package struct FleetStatus: Sendable {
    package let at: Timestamp
    /// The last runs, the latest first.
    package let runs: [RunRecord]
    /// What a run would do now.
    package let plan: RotationPlan
    /// Who has yet to answer.
    package var pickUp: PickUp { plan.pickUp }
    /// CSRs that wait for their device to become due.
    package let waitingRequests: Int
    /// Devices none of whose certificates is `ACTIVE`: they cannot authenticate, and only an enrolment brings them back.
    package let devicesWithoutActive: Int
    /// Devices with an `ACTIVE` certificate that did not speak to the gate for ``unseenAfter``, as of the last run; nil where nobody ever did.
    package let unseenDevices: Int?
    /// The newest point of the audit.
    package let audit: AuditAnchor?
    /// What needs a person, most pressing first; each a sentence with what to do.
    package let attention: [String]

    /// A run is late when something is due and none has ended in this time.
    package static let lateAfter = TimeSpan.hours(48)
    /// After this time without a word to the gate a device counts as not seen.
    package static let unseenAfter = TimeSpan.days(30)
    private static let runLimit = 5

    /// Reads the inventory, the policies and the inbox; changes nothing.
    package static func read(
        _ workspace: Workspace, at: Timestamp, observer: any RunObserver = SilentObserver()
    ) async throws -> FleetStatus {
        let plan = try await DryRun(workspace, at: at, observer: observer).plan()
        let inventory = try workspace.openInventory(.readOnly)
        return FleetStatus(
            at: at, runs: try inventory.recentRuns(limit: runLimit), plan: plan,
            waitingRequests: try inventory.waitingRequestCount(),
            devicesWithoutActive: try inventory.devicesWithoutActive(),
            unseenDevices: try inventory.devicesNotSeen(since: at - unseenAfter), audit: try inventory.auditAnchor(),
            troubles: try pastTroubles(workspace) + workspace.troubles(at: at)
                + clockTrouble(workspace, inventory, at: at)
                + (await workspace.publishedTroubles(inventory, workspace.authorities())))
    }

    private static func clockTrouble(
        _ workspace: Workspace, _ inventory: any FleetStore, at: Timestamp
    ) throws -> [String] {
        try workspace.timeJump(at: at, inventory).map { [$0.warning] } ?? []
    }

    /// First of all: nothing else that the inventory says is up to date.
    private static func pastTroubles(_ workspace: Workspace) throws -> [String] {
        try workspace.restoredPast().map { ["\($0.sentence); \(RestoredPast.advice)"] } ?? []
    }

    /// - Parameter troubles: of the workspace itself, each a sentence with what to do.
    init(
        at: Timestamp, runs: [RunRecord], plan: RotationPlan, waitingRequests: Int, devicesWithoutActive: Int = 0,
        unseenDevices: Int? = nil, audit: AuditAnchor? = nil, troubles: [String] = []
    ) {
        self.at = at
        self.runs = runs
        self.plan = plan
        self.waitingRequests = waitingRequests
        self.devicesWithoutActive = devicesWithoutActive
        self.unseenDevices = unseenDevices
        self.audit = audit
        attention = troubles + (plan.inbox?.obstacles ?? []) + FleetStatus.attention(at: at, runs: runs, plan: plan)
    }

    private static func attention(
        at: Timestamp, runs: [RunRecord], plan: RotationPlan
    ) -> [String] {
        var needs: [String] = []
        if let last = runs.first {
            switch last.outcome {
            case nil where last.isAlive: break
            case nil: needs.append("run \(last.id) died; start `rotation-job run`, which takes its work over")
            case RunOutcome.Ending.completed.rawValue, RunOutcome.Ending.partial.rawValue: break
            case let outcome?:
                needs.append("the last run, \(last.id), ended as \(outcome); see its log, and start `rotation-job run`")
            }
            let quiet = at - last.startedAt
            if plan.hasChanges && quiet > lateAfter {
                needs.append("no run for \(quiet.approximate), though something is due; look after the timer")
            }
        }
        for outlook in plan.revocations where outlook.namesNothing {
            needs.append("revocation \(outlook.revocation.name) names no certificate; look at what it matches")
        }
        needs += plan.guards.map { "the next run would be stopped: \($0)" }
        needs += plan.halts.map(\.sentence)
        let expiring = plan.expiringBeforeOpening
        if expiring > 0 {
            needs.append(
                "\(expiring) held by windows or freezes and expired, or expiring before they end; widen them, or write onNoWindow: replace"
            )
        }
        let blocked = plan.count(.blocked)
        if blocked > 0 { needs.append("\(blocked) due and blocked; `rotation-job plan` says by what") }
        let contested = plan.decisions.count { decision in
            ([decision.reason] + decision.further).contains { $0.code == .conflictingRequests }
        }
        if contested > 0 {
            needs.append(
                "\(contested) with conflicting-requests: CSRs with different keys, of which none is answered; find out which is the device's, "
                    + "and have it sign one")
        }
        if !plan.pickUp.stuck.isEmpty {
            needs.append(
                "\(plan.pickUp.stuck.count) handed a replacement and not confirmed in time; look at those devices")
        }
        if !plan.pickUp.silent.isEmpty {
            needs.append("\(plan.pickUp.silent.count) asked for a CSR and silent; look at those devices")
        }
        return needs
    }
}

extension RunRecord {
    /// Whether its process is there, as far as this host can tell. The lock is not asked: asking for it could turn a run away.
    fileprivate var isAlive: Bool {
        host != LocalHost.name || LocalHost.isRunning(pid)
    }
}
