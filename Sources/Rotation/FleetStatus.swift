import Delivery
public import Fleet
import Policy
public import RotationModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where the fleet stands: the last runs, what is due, what is under way, and what needs a person.
public struct FleetStatus: Sendable {
    public let at: Timestamp
    /// The last runs, the latest first.
    public let runs: [RunRecord]
    /// What a run would do now.
    public let plan: RotationPlan
    /// Rotations by state.
    public let rotations: [(state: RotationState, count: Int)]
    /// Devices that were handed a replacement and have not confirmed it in the time that their policy gives them; the oldest first.
    public let stuck: [OpenRotationListing]
    /// Devices that were asked for a CSR and have not handed one in, in that same time; the oldest first.
    public let silent: [OpenRotationListing]
    /// CSRs that wait for their device to become due.
    public let waitingRequests: Int
    /// What needs a person, most pressing first; each a sentence with what to do.
    public let attention: [String]

    /// A run is late when something is due and none has ended in this time.
    public static let lateAfter = TimeSpan.hours(48)
    private static let runLimit = 5
    private static let listLimit = 10_000

    /// Reads the inventory, the policies and the inbox; changes nothing.
    public static func read(
        _ workspace: Workspace, at: Timestamp, observer: any RunObserver = SilentObserver()
    ) async throws -> FleetStatus {
        let plan = try await DryRun(workspace, at: at, observer: observer).plan()
        let (policies, _) = try workspace.loadPolicies()
        let inventory = try workspace.openInventory(.readOnly)
        let counts = try inventory.rotationsByState()
        let patience = Patience(policies)
        return FleetStatus(
            at: at, runs: try inventory.recentRuns(limit: runLimit), plan: plan,
            rotations: RotationState.allCases.compactMap { state in counts[state.rawValue].map { (state, $0) } },
            stuck: try patience.overdue(.delivered, in: inventory, at: at, limit: listLimit),
            silent: try patience.overdue(.awaitingCSR, in: inventory, at: at, limit: listLimit),
            waitingRequests: try inventory.waitingRequestCount(),
            troubles: workspace.inbox.exists
                ? [] : ["there is no \(workspace.inbox.root)/csr: no CSR can come in; check `inbox` in rotation.yaml"])
    }

    /// - Parameter troubles: of the workspace itself, each a sentence with what to do.
    init(
        at: Timestamp, runs: [RunRecord], plan: RotationPlan, rotations: [(state: RotationState, count: Int)],
        stuck: [OpenRotationListing], silent: [OpenRotationListing], waitingRequests: Int, troubles: [String] = []
    ) {
        self.at = at
        self.runs = runs
        self.plan = plan
        self.rotations = rotations
        self.stuck = stuck
        self.silent = silent
        self.waitingRequests = waitingRequests
        attention = troubles + FleetStatus.attention(at: at, runs: runs, plan: plan, stuck: stuck, silent: silent)
    }

    private static func attention(
        at: Timestamp, runs: [RunRecord], plan: RotationPlan, stuck: [OpenRotationListing],
        silent: [OpenRotationListing]
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
        needs += plan.guards.map { "the next run would be stopped: \($0)" }
        let blocked = plan.count(.blocked)
        if blocked > 0 { needs.append("\(blocked) due and blocked; `rotation-job plan` says by what") }
        if !stuck.isEmpty {
            needs.append("\(stuck.count) handed a replacement and not confirmed in time; look at those devices")
        }
        if !silent.isEmpty {
            needs.append("\(silent.count) asked for a CSR and silent; look at those devices")
        }
        return needs
    }
}

extension RunRecord {
    /// Whether its process is there, as far as this host can tell. The lock is not asked: asking for it could turn a run away.
    fileprivate var isAlive: Bool {
        host != JobRun.hostName || kill(pid, 0) == 0 || errno == EPERM
    }
}

/// How long each policy waits for a device.
private struct Patience {
    private let spans: [String: TimeSpan]
    private let shortest: TimeSpan

    init(_ policies: PolicySet) {
        spans = Dictionary(
            policies.policies.map { ($0.name, $0.expiry.confirmWithin) }, uniquingKeysWith: { first, _ in first })
        // A rotation may be of a policy that is gone.
        shortest = min(spans.values.min() ?? Patience.standard, Patience.standard)
    }

    private static let standard = TimeSpan.days(30)

    func overdue(
        _ state: RotationState, in inventory: Inventory, at: Timestamp, limit: Int
    ) throws -> [OpenRotationListing] {
        try inventory.openRotations(in: state, unchangedSince: at - shortest, limit: limit).filter { rotation in
            at - rotation.changedAt > spans[rotation.policy] ?? Patience.standard
        }
    }
}
