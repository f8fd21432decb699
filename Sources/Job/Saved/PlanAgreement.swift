import Basics
import Planning
import Policy
import RotationModel

/// Holds a saved plan against what would be decided now.
///
/// The plan is worked out anew for its own time. Where it comes out as it was saved, and of the same things, it may be carried
/// out; else somebody has to look again.
struct PlanAgreement {
    let saved: SavedPlan

    /// - Throws: ``RotationError/Code/badInput`` that says what changed and which rows that concerns;
    ///   ``RotationError/Code/guarded`` where a guard breaks now that the saved plan does not show.
    func check(against current: ReviewablePlan) throws(RotationError) {
        var changed: [String] = []
        if saved.digests.policies != current.digests.policies { changed.append("the policy files") }
        if saved.digests.authorities != current.digests.authorities { changed.append("the authorities") }
        if saved.digests.inventory != current.digests.inventory { changed.append("the inventory") }
        if saved.digests.inbox != current.digests.inbox { changed.append("the inbox") }
        let unseen = current.plan.guards.map(\.description).filter { !saved.guards.contains($0) }
        if changed.isEmpty, let text = unseen.first, rowsDiffer(from: current.plan) == nil {
            throw RotationError(
                .guarded, text, at: saved.path, advice: "rotation.yaml has other limits than when the plan was saved")
        }
        try refuse(changed, current.plan)
    }

    /// Holds the rows against the windows and freezes of the time at which they would go out: a review does not open them.
    ///
    /// - Throws: ``RotationError/Code/badInput`` that says which policy is closed, and until when.
    func checkOpenings(of plan: RotationPlan, _ policies: PolicySet, at: Timestamp) throws(RotationError) {
        // What is held in the plan stays held.
        var decisions = Array(plan.decisions.filter { $0.hold == nil })
        ScheduleHold(policies: policies, at: at).apply(to: &decisions)
        let held = decisions.compactMap(\.hold)
        guard let first = held.first, let place = first.held.replacement?.policy else { return }
        let name = policies.policies[place].name
        let count = held.count { $0.held.replacement?.policy == place }
        let whose = policies.policies[place].rollout.schedule.closure(at: at)?.reason.text ?? first.reason.text
        throw RotationError(
            .badInput,
            "policy \(name) is closed now, and \(count) of the plan's rows \(count == 1 ? "is" : "are") its: \(whose)",
            at: saved.path,
            advice:
                "nothing of it was carried out; run it when the policy is open, or change the policy's rollout and save the plan anew "
                + "with `rotation-job plan --save FILE`")
    }

    /// Holds the rows alone against those of the run itself, which has taken the inbox in.
    ///
    /// - Throws: as ``check(against:)``; nothing was issued, revoked or retired.
    func check(decided plan: RotationPlan) throws(RotationError) {
        guard rowsDiffer(from: plan) != nil else { return }
        try refuse(["the inbox or the inventory, while the run began,"], plan)
    }

    private func refuse(_ changed: [String], _ plan: RotationPlan) throws(RotationError) {
        let difference = rowsDiffer(from: plan)
        guard !changed.isEmpty || difference != nil else { return }
        let what =
            changed.isEmpty
            ? "the plan is decided differently now" : "\(changed.joined(separator: " and ")) changed since it was saved"
        throw RotationError(
            .badInput,
            "\(what): \(difference ?? "its rows would come out the same, but they were decided from something else")",
            at: saved.path,
            advice:
                "nothing of it was carried out; save the plan anew with `rotation-job plan --save FILE`, and look at it again"
        )
    }

    /// What differs, in a sentence; nil where every row is the same, in the same order.
    private func rowsDiffer(from plan: RotationPlan) -> String? {
        let rows = Array(plan.decisions.map(SavedPlan.Row.init))
        guard rows != saved.rows else { return nil }
        let before = Dictionary(saved.rows.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(rows.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        var examples: [String] = []
        var count = 0
        func differs(_ key: SavedPlan.RowKey) {
            count += 1
            guard examples.count < 3 else { return }
            examples.append(
                "\(key.device) (\(SavedPlan.Row.text(before[key])) then, \(SavedPlan.Row.text(after[key])) now)")
        }
        for row in saved.rows where after[row.key] != row { differs(row.key) }
        for row in rows where before[row.key] == nil { differs(row.key) }
        guard count > 0 else { return "the rows come in another order" }
        let more = count > examples.count ? " and \(count - examples.count) more" : ""
        return "\(counted(count, "row differs", plural: "rows differ")): \(examples.joined(separator: ", "))\(more)"
    }
}

extension SavedPlan {
    fileprivate struct RowKey: Hashable {
        let device: String
        let fingerprint: String
    }
}

extension SavedPlan.Row {
    fileprivate var key: SavedPlan.RowKey { SavedPlan.RowKey(device: device, fingerprint: fingerprint) }

    fileprivate static func text(_ row: SavedPlan.Row?) -> String {
        row.map { "\($0.action), \($0.code)\($0.policy.map { ", by \($0)" } ?? "")" } ?? "no row"
    }
}
