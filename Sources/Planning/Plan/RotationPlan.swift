import Fleet
import RotationModel

/// What a run at a given time does and why: the same value for the dry run and for the run itself.
package struct RotationPlan: Sendable {
    package let at: Timestamp
    package let policies: PolicyEdition
    package let deviceCount: Int
    package let certificateCount: Int
    /// The most urgent first.
    package var rows: [PlanRow]
    /// What waits in the inbox. Nil in a run, which has taken it in before it decides.
    package let inbox: InboxOutlook?
    /// Who has yet to answer.
    package var pickUp: PickUp
    /// The revocations in force, and what they reach.
    package let revocations: [RevocationOutlook]
    /// Policies that have stopped by themselves.
    package var halts: [PolicyHalt] = []
    /// Guards that stop the run.
    package var guards: [BrokenGuard]
    /// Guards that would have stopped the run, had a person not saved the plan with them in it and told it to run (`run --plan`).
    package var passedGuards: [BrokenGuard] = []
    /// When the fleet's `ACTIVE` certificates end, as the plan found them. Nil where nobody counted.
    package var expiries: ExpiryCalendar? = nil
    /// Certificates that an import brought as REVOKED, and that the run puts on their authorities' CRLs; by their rows.
    package var broughtRevocations: [Int64] = []
    package var broughtRevocationCount: Int { broughtRevocations.count }

    /// The decisions of the rows, in their order.
    package var decisions: LazyMapCollection<[PlanRow], Decision> { rows.lazy.map(\.decision) }

    package func count(_ action: ActionName) -> Int { rows.count { $0.decision.action.name == action } }

    /// Rows by action, every action named.
    package var summary: [(action: ActionName, count: Int)] {
        var counts: [ActionName: Int] = [:]
        for row in rows { counts[row.decision.action.name, default: 0] += 1 }
        return ActionName.allCases.map { ($0, counts[$0] ?? 0) }
    }

    /// Whether a run would change anything.
    package var hasChanges: Bool {
        rows.contains { $0.decision.action.isChange } || (inbox?.confirmations ?? 0) > 0 || !broughtRevocations.isEmpty
    }
}

/// The policy files that decided: a digest over their names and bytes.
package struct PolicyEdition: Sendable, Equatable {
    /// `sha256:` and 64 hexadecimal digits.
    package let digest: String
    package let files: Int

    package init(digest: String, files: Int) {
        self.digest = digest
        self.files = files
    }
}

/// What a dry run sees in the inbox.
package struct InboxOutlook: Sendable {
    /// CSRs that the next run takes.
    package var usable = 0
    /// Confirmations that the next run takes.
    package var confirmations = 0
    /// Those that it moves aside: file and reason.
    package var refused: [Rejected] = []
    /// Files and folders that stay as they are because the job may not read or use them, each with the reason: the operator's
    /// business, not the device's.
    package var obstacles: [String] = []

    package init(
        usable: Int = 0, confirmations: Int = 0, refused: [Rejected] = [], obstacles: [String] = []
    ) {
        self.usable = usable
        self.confirmations = confirmations
        self.refused = refused
        self.obstacles = obstacles
    }

    package struct Rejected: Sendable {
        package let file: String
        package let device: DeviceID?
        package let code: String
        package let text: String

        package init(file: String, device: DeviceID?, code: String, text: String) {
            self.file = file
            self.device = device
            self.code = code
            self.text = text
        }
    }
}
