import Planning
import RotationModel

/// A plan in numbers, from one pass over its rows: what a page shows of a million devices.
struct PlanFigures {
    /// Rows of one action with the same policy and the same reason.
    struct Group {
        let policy: PolicyReference?
        var reason: Reason
        /// Of what is held: when it may go on, where that is known.
        let until: Timestamp?
        var count = 0
        /// The first of them to end.
        var earliest: Timestamp
        /// Of what is held: those that will not see its end.
        var expiring = 0
    }

    private(set) var byAction: [ActionName: Int] = [:]
    /// By the policy's name, or the rule's; empty where none decided.
    private(set) var byPolicy: [String: [ActionName: Int]] = [:]
    private(set) var places: [String: PolicyReference] = [:]
    /// Certificates by what was found of them: a certificate counts under each of its findings.
    private(set) var findings: [ReasonCode: Finding] = [:]
    private var groups: [ActionName: [GroupKey: Group]] = [:]

    struct Finding {
        var count = 0
        var blocked = 0
        var held = 0
    }

    private struct GroupKey: Hashable {
        let policy: String?
        let code: ReasonCode
        let text: String
        let until: Timestamp?

        init(_ decision: Decision) {
            (policy, code, until) = (decision.policy?.name, decision.reason.code, decision.hold?.until)
            // What a window or a freeze holds says of each certificate whether it ends before that.
            text = code == .window || code == .freeze ? "" : decision.reason.text
        }
    }

    init(_ plan: RotationPlan) {
        for decision in plan.decisions { count(decision) }
    }

    private mutating func count(_ decision: Decision) {
        let action = decision.action.name
        byAction[action, default: 0] += 1
        let policy = decision.policy?.name ?? ""
        byPolicy[policy, default: [:]][action, default: 0] += 1
        if places[policy] == nil { places[policy] = decision.policy }
        let found = decision.findings
        for (place, reason) in found.enumerated() where !found[..<place].contains(where: { $0.code == reason.code }) {
            count(reason.code, action)
        }
        if action == .hold || action == .blocked {
            let key = GroupKey(decision)
            var group =
                groups[action]?[key]
                ?? Group(
                    policy: decision.policy, reason: decision.reason, until: decision.hold?.until,
                    earliest: decision.notAfter)
            group.count += 1
            if decision.hold?.expiresBeforeOpening ?? false { group.expiring += 1 }
            // The shortest is the one that says no more than what all have in common.
            if decision.reason.text.utf8.count < group.reason.text.utf8.count { group.reason = decision.reason }
            group.earliest = min(group.earliest, decision.notAfter)
            groups[action, default: [:]][key] = group
        }
    }

    private mutating func count(_ code: ReasonCode, _ action: ActionName) {
        findings[code, default: Finding()].count += 1
        if action == .blocked { findings[code, default: Finding()].blocked += 1 }
        if action == .hold { findings[code, default: Finding()].held += 1 }
    }

    func count(_ action: ActionName) -> Int { byAction[action] ?? 0 }

    /// The actions of which there are rows, in their order.
    var actions: [ActionName] { ActionName.allCases.filter { count($0) > 0 } }

    /// The largest first. Kept for `hold` and `blocked` alone.
    func groups(_ action: ActionName) -> [Group] {
        (groups[action] ?? [:]).values.sorted {
            ($1.count, $0.earliest.seconds, $0.policy?.name ?? "", $0.reason.text)
                < ($0.count, $1.earliest.seconds, $1.policy?.name ?? "", $1.reason.text)
        }
    }
}
