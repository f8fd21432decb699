import Basics
import Planning
import RotationModel

/// The dry run for people: the outcome first, the reasons in between, what to do next last.
package struct PlanText {
    let plan: RotationPlan
    let style: Style

    /// How many rows are shown; the formats for programs have them all.
    static let shownRows = 25

    package init(_ plan: RotationPlan, style: Style = .plain) {
        self.plan = plan
        self.style = style
    }

    package var text: String {
        [
            headline, guards, RolloutText(plan: plan, style: style).alarms, Summary(plan, style: style).text,
            RolloutText(plan: plan, style: style).held,
            RevocationText(outlooks: plan.revocations, style: style).text, inbox, rows,
            PickUpText(pickUp: plan.pickUp, style: style).line, next,
        ].filter { !$0.isEmpty }
            .joined(separator: "\n")
    }

    private var headline: String {
        var changes = plan.summary.filter { $0.action.isChange && $0.count > 0 }.map { sentence($0.action, $0.count) }
        if let confirmations = plan.inbox?.confirmations, confirmations > 0 {
            changes.append("take \(counted(confirmations, "confirmation")) in")
        }
        if plan.broughtRevocationCount > 0 {
            let certificates = counted(plan.broughtRevocationCount, "certificate")
            changes.append("put \(certificates) on CRLs that an import brought as REVOKED")
        }
        let what =
            changes.isEmpty ? "A run would change nothing" : "A run would " + changes.joined(separator: ", ")
        let blocked = plan.count(.blocked)
        return style.bold("\(what).") + (blocked > 0 ? " " + style.red("\(blocked) due and blocked.") : "") + "\n"
            + style.dim(
                "Dry run for \(plan.at): \(counted(plan.deviceCount, "device")), "
                    + "\(counted(plan.certificateCount, "certificate")), \(counted(plan.policies.files, "policy file")) "
                    + "(\(plan.policies.digest.prefix(19))…). Nothing was changed.") + "\n"
    }

    private func sentence(_ action: ActionName, _ count: Int) -> String {
        switch action {
        case .issue: "issue \(counted(count, "certificate"))"
        case .requestCSR: "ask \(counted(count, "device")) for a CSR"
        case .retire: "retire \(counted(count, "certificate"))"
        case .revoke: "revoke \(counted(count, "certificate"))"
        case .hold, .blocked, .report, .uncovered: "\(action.rawValue) \(count)"
        }
    }

    private var guards: String {
        plan.guards.map { style.red("A guard would stop it: ") + "\($0)\n" }.joined()
    }

    private var inbox: String {
        guard let inbox = plan.inbox else { return "" }
        let obstacles = PlanText.obstacles(inbox.obstacles, style)
        guard inbox.usable + inbox.confirmations > 0 || !inbox.refused.isEmpty else { return obstacles }
        let taken = [(inbox.usable, "CSR"), (inbox.confirmations, "confirmation")].filter { $0.0 > 0 }
            .map { counted($0.0, $0.1) }
        var text =
            style.bold("Inbox") + "\n  \(taken.isEmpty ? "nothing" : taken.joined(separator: " and ")) would be taken"
        text += inbox.refused.isEmpty ? "\n" : ", \(inbox.refused.count) moved aside:\n"
        var table = Table([.left, .left], indent: 4)
        for refused in inbox.refused.prefix(10) {
            table.add([Table.Cell(refused.file), Table.Cell("\(refused.code): \(refused.text)")])
        }
        text += table.text
        if inbox.refused.count > 10 { text += "    … and \(inbox.refused.count - 10) more\n" }
        return text + obstacles
    }

    /// What stays in the inbox because the job may not read or use it.
    static func obstacles(_ obstacles: [String], _ style: Style) -> String {
        let shown = obstacles.prefix(10).map { style.red("Left in the inbox: ") + Printable.text($0) + "\n" }
        return shown.joined() + (obstacles.count > 10 ? "  … and \(obstacles.count - 10) more\n" : "")
    }

    private var rows: String {
        guard !plan.decisions.isEmpty else { return "" }
        let shown = plan.decisions.prefix(PlanText.shownRows)
        var table = Table([.left, .left, .left, .left, .left])
        table.addHeader(["DEVICE", "ACTION", "NOT AFTER", "POLICY", "WHY"], style)
        for decision in shown {
            table.add([
                Table.Cell(decision.device.text),
                Table.Cell(decision.action.name.rawValue, decision.action.name.paint(style)),
                Table.Cell(decision.notAfter.rfc3339), Table.Cell(decision.policy?.name ?? "-"),
                Table.Cell(decision.reason.sentence),
            ])
        }
        let title =
            plan.decisions.count > shown.count
            ? "The \(shown.count) most urgent of \(plan.decisions.count) rows" : "Every row"
        return style.bold(title) + "\n" + table.text
    }

    private var next: String {
        var lines: [String] = []
        if plan.decisions.count > PlanText.shownRows {
            lines.append("All rows: rotation-job plan --format csv --output plan.csv")
        }
        if plan.hasChanges && plan.guards.isEmpty { lines.append("To carry it out: rotation-job run") }
        return lines.map { $0 + "\n" }.joined()
    }
}

/// Counts by action, and by policy.
struct Summary {
    let plan: RotationPlan
    let style: Style

    init(_ plan: RotationPlan, style: Style) {
        self.plan = plan
        self.style = style
    }

    var text: String {
        let actions = plan.summary.filter { $0.count > 0 }
        guard !actions.isEmpty else { return "" }
        var table = Table([.right, .left, .left])
        for (action, count) in actions {
            table.add([
                Table.Cell(String(count)), Table.Cell(action.rawValue, action.paint(style)), Table.Cell(action.meaning),
            ])
        }
        return table.text + "\n" + byPolicy(actions.map(\.action))
    }

    private func byPolicy(_ actions: [ActionName]) -> String {
        var counts: [String: [ActionName: Int]] = [:]
        for decision in plan.decisions {
            counts[decision.policy?.name ?? "-", default: [:]][decision.action.name, default: 0] += 1
        }
        var table = Table([.left] + actions.map { _ in Table.Alignment.right })
        table.addHeader(["POLICY"] + actions.map(\.rawValue), style)
        for name in counts.keys.sorted() {
            table.add([Table.Cell(name)] + actions.map { Table.Cell(counts[name]?[$0].map(String.init) ?? "·") })
        }
        return table.text
    }
}
