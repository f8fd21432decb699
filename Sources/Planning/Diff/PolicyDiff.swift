import RotationModel

/// What a change of policy files does to a fleet.
package struct PolicyDiff: Sendable {
    /// What becomes of devices and certificates, by the stable names of reports.
    package enum Kind: String, Sendable, CaseIterable {
        /// Certificates that are to be replaced, or would be if nothing held them back, and were not.
        case newlyDue = "newly-due"
        case noLongerDue = "no-longer-due"
        /// Certificates that a revocation reaches, at once or after their replacement, and none did.
        case revoked
        case noLongerRevoked = "no-longer-revoked"
        /// Due, and cannot go on before somebody does something.
        case blocked
        case noLongerBlocked = "no-longer-blocked"
        /// Devices that a policy covers, and none did.
        case nowCovered = "now-covered"
        case nowUncovered = "now-uncovered"
        /// Devices for which another policy decides.
        case changedPolicy = "changed-policy"
        /// Devices whose next certificate is of another profile, or of one that says something else.
        case changedProfile = "changed-profile"
    }

    /// One side.
    package struct Side: Sendable {
        /// As it was given.
        package let name: String
        package let edition: PolicyEdition
        package let policies: Int
        /// Rows of its plan by action, every action named.
        package let summary: [(action: ActionName, count: Int)]
        /// Guards that would stop a run under it.
        package let guards: [String]

        package init(
            name: String, edition: PolicyEdition, policies: Int, summary: [(action: ActionName, count: Int)],
            guards: [String]
        ) {
            self.name = name
            self.edition = edition
            self.policies = policies
            self.summary = summary
            self.guards = guards
        }
    }

    /// A certificate about which the two sides decide differently.
    package struct Row: Sendable {
        /// Nil where there is nothing to do.
        package let old: Decision?
        package let new: Decision?

        package init(old: Decision?, new: Decision?) {
            self.old = old
            self.new = new
        }
    }

    /// Devices that go from one policy or profile to another.
    package struct Move: Sendable {
        /// Nil where no policy covers the device.
        package let from: String?
        package let to: String?
        package var count = 0
        /// The first in the order of their ids.
        package var examples: [DeviceID] = []
    }

    /// A profile of both sides that says something else.
    package struct ProfileEdit: Sendable {
        package struct Line: Sendable, Equatable {
            /// The key in the policy file.
            package let key: String
            package let old: String
            package let new: String
        }

        package let name: String
        package let lines: [Line]
        /// The devices under it on both sides.
        package var devices = 0
    }

    package let at: Timestamp
    package let deviceCount: Int
    package let certificateCount: Int
    package let old: Side
    package let new: Side
    /// The most urgent first.
    package let rows: [Row]
    /// Devices by where they go, the most first; those that stay are left out.
    package let policyMoves: [Move]
    /// Devices under a policy on both sides whose profile's name changes.
    package let profileMoves: [Move]
    /// In the order of the new files.
    package let profileEdits: [ProfileEdit]

    package init(
        at: Timestamp, deviceCount: Int, certificateCount: Int, old: Side, new: Side, rows: [Row], policyMoves: [Move],
        profileMoves: [Move], profileEdits: [ProfileEdit]
    ) {
        self.at = at
        self.deviceCount = deviceCount
        self.certificateCount = certificateCount
        self.old = old
        self.new = new
        self.rows = rows
        self.policyMoves = policyMoves
        self.profileMoves = profileMoves
        self.profileEdits = profileEdits
    }

    /// Every kind with its count.
    package var counts: [(kind: Kind, count: Int)] {
        var counts: [Kind: Int] = [:]
        for row in rows { for kind in row.kinds { counts[kind, default: 0] += 1 } }
        for move in policyMoves {
            let kind: Kind =
                move.from == nil ? .nowCovered : move.to == nil ? .nowUncovered : .changedPolicy
            counts[kind, default: 0] += move.count
        }
        counts[.changedProfile] =
            profileMoves.reduce(0) { $0 + $1.count } + profileEdits.reduce(0) { $0 + $1.devices }
        return Kind.allCases.map { ($0, counts[$0] ?? 0) }
    }

    /// How many certificates go from one action to another; nil stands for nothing to do. The most first.
    package var actions: [(from: ActionName?, to: ActionName?, count: Int)] {
        struct Pair: Hashable {
            let from: ActionName?
            let to: ActionName?
        }
        var counts: [Pair: Int] = [:]
        for row in rows where row.old?.action.name != row.new?.action.name {
            counts[Pair(from: row.old?.action.name, to: row.new?.action.name), default: 0] += 1
        }
        return counts.map { ($0.key.from, $0.key.to, $0.value) }.sorted {
            ($1.2, $0.0?.rawValue ?? "", $0.1?.rawValue ?? "") < ($0.2, $1.0?.rawValue ?? "", $1.1?.rawValue ?? "")
        }
    }

    /// Whether the two sides decide the same about everything.
    package var isEmpty: Bool {
        rows.isEmpty && policyMoves.isEmpty && profileMoves.isEmpty && profileEdits.allSatisfy { $0.devices == 0 }
    }
}

extension PolicyDiff.Row {
    /// What became of the certificate; empty where only the reason or the way changed.
    package var kinds: [PolicyDiff.Kind] {
        var kinds: [PolicyDiff.Kind] = []
        func add(_ was: Bool, _ isNow: Bool, _ began: PolicyDiff.Kind, _ ended: PolicyDiff.Kind) {
            if was != isNow { kinds.append(isNow ? began : ended) }
        }
        add(old?.isDue ?? false, new?.isDue ?? false, .newlyDue, .noLongerDue)
        add(old?.revocation != nil, new?.revocation != nil, .revoked, .noLongerRevoked)
        add(old?.action.name == .blocked, new?.action.name == .blocked, .blocked, .noLongerBlocked)
        return kinds
    }

    /// The device and certificate that it is about.
    package var subject: Decision? { new ?? old }

    /// Whether the two sides decide the same.
    var isSame: Bool {
        old?.action.name == new?.action.name && old?.reason.code == new?.reason.code
            && old?.policy?.name == new?.policy?.name
            && old?.revocation?.name == new?.revocation?.name
    }
}

extension Decision {
    /// Whether the certificate is to be replaced, now or as soon as something lets it.
    var isDue: Bool {
        switch action {
        case .issue, .requestCSR, .hold, .blocked: true
        case .revoke, .retire, .report, .uncovered: false
        }
    }
}

extension PolicyDiff.Row {
    /// The certificates about which the plans differ.
    package static func between(_ old: RotationPlan, _ new: RotationPlan) -> [PolicyDiff.Row] {
        // A plan has one row a certificate at most.
        var rest = Dictionary(
            old.decisions.enumerated().map { ($0.element.subject.certificateRow, $0.offset) },
            uniquingKeysWith: { first, _ in first })
        var rows: [PolicyDiff.Row] = []
        for decision in new.decisions {
            let row = PolicyDiff.Row(
                old: rest.removeValue(forKey: decision.subject.certificateRow).map { old.decisions[$0] }, new: decision)
            if !row.isSame { rows.append(row) }
        }
        rows += rest.values.map { PolicyDiff.Row(old: old.decisions[$0], new: nil) }
        return rows.sorted { left, right in
            guard let left = left.subject, let right = right.subject else { return false }
            return Decision.isMoreUrgent(left, right)
        }
    }
}
