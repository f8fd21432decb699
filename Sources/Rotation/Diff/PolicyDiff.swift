public import RotationModel

/// What a change of policy files does to a fleet.
public struct PolicyDiff: Sendable {
    /// What becomes of devices and certificates, by the stable names of reports.
    public enum Kind: String, Sendable, CaseIterable {
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
    public struct Side: Sendable {
        /// As it was given.
        public let name: String
        public let edition: PolicyEdition
        public let policies: Int
        /// Rows of its plan by action, every action named.
        public let summary: [(action: Action, count: Int)]
        /// Guards that would stop a run under it.
        public let guards: [String]
    }

    /// A certificate about which the two sides decide differently.
    public struct Row: Sendable {
        /// Nil where there is nothing to do.
        public let old: Decision?
        public let new: Decision?

        public init(old: Decision?, new: Decision?) {
            self.old = old
            self.new = new
        }
    }

    /// Devices that go from one policy or profile to another.
    public struct Move: Sendable {
        /// Nil where no policy covers the device.
        public let from: String?
        public let to: String?
        public internal(set) var count = 0
        /// The first in the order of their ids.
        public internal(set) var examples: [DeviceID] = []
    }

    /// A profile of both sides that says something else.
    public struct ProfileEdit: Sendable {
        public struct Line: Sendable, Equatable {
            /// The key in the policy file.
            public let key: String
            public let old: String
            public let new: String
        }

        public let name: String
        public let lines: [Line]
        /// The devices under it on both sides.
        public internal(set) var devices = 0
    }

    public let at: Timestamp
    public let deviceCount: Int
    public let certificateCount: Int
    public let old: Side
    public let new: Side
    /// The most urgent first.
    public let rows: [Row]
    /// Devices by where they go, the most first; those that stay are left out.
    public let policyMoves: [Move]
    /// Devices under a policy on both sides whose profile's name changes.
    public let profileMoves: [Move]
    /// In the order of the new files.
    public let profileEdits: [ProfileEdit]

    /// Every kind with its count.
    public var counts: [(kind: Kind, count: Int)] {
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
    public var actions: [(from: Action?, to: Action?, count: Int)] {
        struct Pair: Hashable {
            let from: Action?
            let to: Action?
        }
        var counts: [Pair: Int] = [:]
        for row in rows where row.old?.action != row.new?.action {
            counts[Pair(from: row.old?.action, to: row.new?.action), default: 0] += 1
        }
        return counts.map { ($0.key.from, $0.key.to, $0.value) }.sorted {
            ($1.2, $0.0?.rawValue ?? "", $0.1?.rawValue ?? "") < ($0.2, $1.0?.rawValue ?? "", $1.1?.rawValue ?? "")
        }
    }

    /// Whether the two sides decide the same about everything.
    public var isEmpty: Bool {
        rows.isEmpty && policyMoves.isEmpty && profileMoves.isEmpty && profileEdits.allSatisfy { $0.devices == 0 }
    }
}

extension PolicyDiff.Row {
    /// What became of the certificate; empty where only the reason or the way changed.
    public var kinds: [PolicyDiff.Kind] {
        var kinds: [PolicyDiff.Kind] = []
        func add(_ was: Bool, _ isNow: Bool, _ began: PolicyDiff.Kind, _ ended: PolicyDiff.Kind) {
            if was != isNow { kinds.append(isNow ? began : ended) }
        }
        add(old?.isDue ?? false, new?.isDue ?? false, .newlyDue, .noLongerDue)
        add(old?.revocation != nil, new?.revocation != nil, .revoked, .noLongerRevoked)
        add(old?.action == .blocked, new?.action == .blocked, .blocked, .noLongerBlocked)
        return kinds
    }

    /// The device and certificate that it is about.
    public var subject: Decision? { new ?? old }

    /// Whether the two sides decide the same.
    var isSame: Bool {
        old?.action == new?.action && old?.reason.code == new?.reason.code && old?.policy?.name == new?.policy?.name
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
