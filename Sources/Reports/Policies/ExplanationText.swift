import Basics
import Fleet
import Job
import Lifecycle
import Planning
import Policy
import RotationModel

/// Why a device is treated as it is, for people.
package struct ExplanationText {
    let explanation: DeviceExplanation
    let style: Style

    package init(_ explanation: DeviceExplanation, style: Style = .plain) {
        self.explanation = explanation
        self.style = style
    }

    package var text: String {
        [facts, certificates, decision, dates, others, next].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    // MARK: Facts

    private var facts: String {
        let story = explanation.story
        var table = Table([.left, .left])
        table.add(["account", Table.Cell(story.listing.account.text)])
        let labels = story.listing.labels.sorted.map { "\($0.name)=\($0.text)" }.joined(separator: " ")
        table.add(["labels", Table.Cell(labels.isEmpty ? "none" : labels)])
        if let rotation = story.rotations.last(where: { $0.ended == nil }) {
            table.add([
                "rotation",
                Table.Cell(
                    "\(rotation.state.rawValue) since \(rotation.changedAt), by \(rotation.cause.policy?.name ?? "-"): \(rotation.cause.reason.sentence)"
                ),
            ])
        } else {
            table.add(["rotation", "none under way"])
        }
        table.add(["CSR", Table.Cell(request)])
        if let seen = ExplanationText.seen(explanation.contact, at: explanation.at) {
            table.add(["contact", Table.Cell(seen)])
        }
        return style.bold(Printable.text(story.listing.device.text)) + "  as of \(explanation.at)\n" + table.text
    }

    private var request: String {
        let story = explanation.story
        if let rejected = explanation.rejected.first {
            return "\(rejected.file) would not be taken: \(rejected.code): \(rejected.text)"
        }
        if let request = story.request {
            return "taken, and waiting" + (story.requestReceivedAt.map { " since \($0)" } ?? "")
                + " (\(request.algorithm))"
        }
        if explanation.decisions?.contains(where: { $0.action.key == .request }) ?? false {
            return "waits in the inbox"
        }
        return story.refused.map { "none; the last one was refused: \($0)" } ?? "none that could be used"
    }

    private var certificates: String {
        let found = explanation.story.listing.certificates
        var table = Table([.left, .left, .left, .left, .left, .left])
        table.addHeader(["STATUS", "NOT BEFORE", "NOT AFTER", "KEY", "SIGNATURE", "ISSUER"], style)
        for certificate in found {
            let isCurrent = certificate.fingerprint == explanation.current
            let weakness = certificate.keyWeakness.map { " (weak: \($0))" } ?? ""
            table.add([
                Table.Cell(certificate.status.rawValue + (isCurrent ? " (current)" : "")),
                Table.Cell(certificate.notBefore.rfc3339), Table.Cell(certificate.notAfter.rfc3339),
                Table.Cell(certificate.key.spoken + weakness), Table.Cell(certificate.signature.description),
                Table.Cell(certificate.issuer),
            ])
        }
        return style.bold("Certificates") + "\n" + (found.isEmpty ? "  none\n" : table.text)
    }

    // MARK: Policies

    private var decision: String {
        let deciding = explanation.considerations.filter {
            if case .tied = $0.outcome { true } else { $0.outcome == .decides }
        }
        var text = style.bold("Which policy decides") + "\n"
        if explanation.current == nil {
            return text + "  none: the device has no ACTIVE certificate, and only such a one is kept fresh\n"
        }
        if deciding.isEmpty { return text + "  none covers this device; it is reported, and never touched\n" }
        for consideration in deciding { text += told(consideration) }
        return text
    }

    private var others: String {
        let rest = explanation.considerations.filter {
            if case .tied = $0.outcome { false } else { $0.outcome != .decides }
        }
        guard !rest.isEmpty else { return "" }
        return style.bold("Why the others do not") + "\n" + rest.map(told).joined()
    }

    private func told(_ consideration: PolicyConsideration) -> String {
        let policy = consideration.policy
        let verdict =
            switch consideration.outcome {
            case .decides: style.green("decides")
            case .outranked(let winner): "matches, but \(winner) has a higher priority"
            case .tied(let others):
                style.red("claims it at the same priority as \(others.joined(separator: ", ")): nothing may be decided")
            case .doesNotMatch: "does not match"
            }
        var table = Table([.left, .left, .left], indent: 4)
        for condition in consideration.conditions {
            let paint: (String) -> String = condition.holds ? { style.green($0) } : { style.red($0) }
            let mark = Table.Cell(condition.holds ? "yes" : "no", paint)
            table.add([mark, Table.Cell(condition.key), Table.Cell(ExplanationText.sentence(condition))])
        }
        let head =
            "  \(Printable.text(policy.name))  priority \(policy.priority)  \(Printable.text(policy.place.description))  "
        return head + verdict + "\n" + (consideration.conditions.isEmpty ? "    matches every device\n" : table.text)
    }

    /// `pump is one of sensor, pump`
    static func sentence(_ condition: ExplainedCondition) -> String {
        let wanted = condition.expected.joined(separator: ", ")
        let several = condition.expected.count > 1
        if condition.key.hasPrefix("notLabels.") {
            guard let found = condition.found else { return "the device has no such label; \(wanted) would exclude it" }
            return condition.holds
                ? "\(found) is not \(several ? "one of " : "")\(wanted)" : "\(found) is excluded by \(wanted)"
        }
        guard let found = condition.found else { return "the device has no such label; wanted \(wanted)" }
        let verb =
            condition.key == "device" ? (condition.holds ? "fits" : "does not fit") : condition.holds ? "is" : "is not"
        return "\(found) \(verb) \(several ? "one of " : "")\(wanted)"
    }

    // MARK: Dates

    private var dates: String {
        guard let dates = explanation.dates, let policy = explanation.policy else { return "" }
        var table = Table([.left, .left, .left])
        let spread = policy.expiry.spread
        let wait = explanation.at >= dates.due ? "due" : "in \((dates.due - explanation.at).approximate)"
        table.add([Table.Cell("due from"), Table.Cell(dates.due.rfc3339), Table.Cell(wait)])
        if !spread.isNothing {
            let share = Int((dates.spreadShare * 100).rounded())
            let earlier = (dates.latestDue - dates.due).approximate
            let text = "this device starts \(earlier) earlier (\(share)% of \(dates.spread.approximate))"
            table.add([Table.Cell("spread"), Table.Cell(spread.description), Table.Cell(text)])
        }
        table.add([
            Table.Cell("renewBefore"), Table.Cell(policy.expiry.renewBefore.description),
            Table.Cell("\(dates.renewBefore.approximate) before the end: \(dates.latestDue)"),
        ])
        if let rule = policy.expiry.contact, let seen = ExplanationText.seen(explanation.contact, at: explanation.at) {
            table.add([
                Table.Cell("contact"), Table.Cell("\(rule.renewBefore) after \(rule.seen)"),
                Table.Cell(ExplanationText.effect(of: rule, dates, seen)),
            ])
        }
        let left = dates.notAfter - explanation.at
        let end = left < .zero ? "expired \(left.approximate) ago" : "in \(left.approximate)"
        table.add([Table.Cell("expires"), Table.Cell(dates.notAfter.rfc3339), Table.Cell(end)])
        let schedule = policy.rollout.schedule
        if let closure = schedule.closure(at: explanation.at) {
            table.add([
                Table.Cell("next opening"), Table.Cell(closure.until?.rfc3339 ?? "none"),
                Table.Cell(closure.reason.text),
            ])
        } else if let end = schedule.closes(after: explanation.at) {
            table.add([
                Table.Cell("open until"), Table.Cell(end.rfc3339), Table.Cell("its rollout's windows and freezes"),
            ])
        }
        return style.bold("Dates") + "\n" + table.text
    }

    /// `last seen 45 days ago`; nil where nothing is known of the gate.
    static func seen(_ contact: Contact, at: Timestamp) -> String? {
        switch contact {
        case .unknown: nil
        case .never: "never seen at the gate"
        case .last(let time): "last seen at the gate \((at - time).approximate) ago"
        }
    }

    private static func effect(of rule: ContactRule, _ dates: DeviceExplanation.Dates, _ seen: String) -> String {
        if let lead = dates.contactLead { return "\(seen): \(lead.approximate) before the end" }
        if let silent = dates.dueIfSilent { return "\(seen); if it is not seen any more, due from \(silent)" }
        return "\(seen); makes no difference"
    }

    // MARK: The next run

    private var next: String {
        var text = style.bold("What the next run does") + "\n"
        guard let decisions = explanation.decisions else {
            let failure = explanation.planFailure
            return text + "  \(style.red("nothing at all")): \(Printable.text(failure?.message ?? ""))\n"
                + "    \(Printable.text(failure?.advice ?? ""))\n"
        }
        if decisions.isEmpty { return text + "  nothing\n" }
        for decision in decisions {
            text +=
                "  \(decision.action.name.paint(style)(decision.action.name.rawValue))  \(Printable.text(decision.reason.sentence))\n"
            text += "    certificate until \(decision.notAfter), \(decision.fingerprint.hex.prefix(16))…\n"
            if let key = decision.action.key {
                text +=
                    "    for the key \(key == .request ? "of the CSR that waits" : "that the device has")\n"
            }
            for reason in decision.further { text += "    also \(Printable.text(reason.sentence))\n" }
        }
        return text
    }
}
