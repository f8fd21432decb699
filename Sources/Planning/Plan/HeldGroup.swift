import RotationModel

/// Rows of one policy that are held back for the same cause and until the same time.
package struct HeldGroup: Sendable, Hashable {
    /// The policy's name.
    package let policy: String
    /// `window`, `freeze`, `wave`, `halted` or `rate`.
    package let code: ReasonCode
    /// When they may go on; nil where no date says so.
    package let until: Timestamp?
    package var count: Int
    /// Those whose certificate expires before ``until``, or has expired.
    package var expiring: Int
}

extension RotationPlan {
    /// What is held back, by policy, cause and time.
    package var held: [HeldGroup] {
        var groups: [HeldGroup] = []
        var places: [HeldGroup: Int] = [:]
        for row in rows {
            guard let hold = row.decision.hold else { continue }
            let key = HeldGroup(
                policy: row.decision.policy?.name ?? "-", code: hold.reason.code, until: hold.until, count: 0,
                expiring: 0)
            let place = places[key] ?? groups.count
            if place == groups.count {
                places[key] = place
                groups.append(key)
            }
            groups[place].count += 1
            if hold.expiresBeforeOpening { groups[place].expiring += 1 }
        }
        return groups.sorted {
            ($0.policy, $0.code.rawValue, $0.until ?? .init(seconds: .max))
                < ($1.policy, $1.code.rawValue, $1.until ?? .init(seconds: .max))
        }
    }

    /// Rows that are held although their certificate expires before they may go on.
    package var expiringBeforeOpening: Int {
        rows.count { $0.decision.hold?.expiresBeforeOpening ?? false }
    }
}
