public import Fleet
public import RotationModel

/// What a run at a given time does and why: the same value for the dry run and for the run itself.
public struct RotationPlan: Sendable {
    public let at: Timestamp
    public let policies: PolicyEdition
    public let deviceCount: Int
    public let certificateCount: Int
    /// The most urgent first.
    public var decisions: [Decision]
    /// What waits in the inbox. Nil in a run, which has taken it in before it decides.
    public let inbox: InboxOutlook?
    /// Who has yet to answer.
    public internal(set) var pickUp: PickUp
    /// The revocations in force, and what they reach.
    public let revocations: [RevocationOutlook]
    /// Policies that have stopped by themselves.
    public internal(set) var halts: [PolicyHalt] = []
    /// Guards that stop the run.
    public internal(set) var guards: [BrokenGuard]
    /// Guards that would have stopped the run, had a person not saved the plan with them in it and told it to run (`run --plan`).
    public internal(set) var passedGuards: [BrokenGuard] = []
    /// When the fleet's `ACTIVE` certificates end, as the plan found them. Nil where nobody counted.
    public internal(set) var expiries: ExpiryCalendar? = nil
    /// Certificates that an import brought as REVOKED, and that the run puts on their authorities' CRLs; by their rows.
    var broughtRevocations: [Int64] = []
    public var broughtRevocationCount: Int { broughtRevocations.count }

    public func count(_ action: Action) -> Int {
        decisions.reduce(0) { $0 + ($1.action == action ? 1 : 0) }
    }

    /// Rows by action, every action named.
    public var summary: [(action: Action, count: Int)] {
        var counts: [Action: Int] = [:]
        for decision in decisions { counts[decision.action, default: 0] += 1 }
        return Action.allCases.map { ($0, counts[$0] ?? 0) }
    }

    /// Whether a run would change anything.
    public var hasChanges: Bool {
        decisions.contains { $0.action.isChange } || (inbox?.confirmations ?? 0) > 0 || !broughtRevocations.isEmpty
    }
}

/// The policy files that decided: a digest over their names and bytes.
public struct PolicyEdition: Sendable, Equatable {
    /// `sha256:` and 64 hexadecimal digits.
    public let digest: String
    public let files: Int
}

/// What a dry run sees in the inbox.
public struct InboxOutlook: Sendable {
    /// CSRs that the next run takes.
    public var usable = 0
    /// Confirmations that the next run takes.
    public var confirmations = 0
    /// Those that it moves aside: file and reason.
    public var refused: [Rejected] = []
    /// Files and folders that stay as they are because the job may not read or use them, each with the reason: the operator's
    /// business, not the device's.
    public var obstacles: [String] = []

    public struct Rejected: Sendable {
        public let file: String
        public let device: DeviceID?
        public let code: String
        public let text: String
    }
}
