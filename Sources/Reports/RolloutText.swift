import Basics
import Fleet
import Planning
import RotationModel

/// What rollouts hold back, and what of it needs a person, for people.
struct RolloutText {
    let plan: RotationPlan
    let style: Style

    /// Policies that have stopped, and certificates that will not see their next opening: loud.
    var alarms: String {
        var text = plan.halts.map { style.red("Halted: ") + $0.sentence + "\n" }.joined()
        let expiring = plan.expiringBeforeOpening
        if expiring > 0 {
            text +=
                style.red(
                    "\(counted(expiring, "certificate")) held although expired, or expiring before the hold ends. ")
                + "Widen the windows, end the freeze, or write onNoWindow: replace.\n"
        }
        return text
    }

    /// What is held, by policy and cause.
    var held: String {
        let groups = plan.held
        guard !groups.isEmpty else { return "" }
        var table = Table([.left, .left, .right, .right, .left])
        table.addHeader(["POLICY", "HELD BY", "DEVICES", "EXPIRING", "UNTIL"], style)
        for group in groups {
            table.add([
                Table.Cell(group.policy), Table.Cell(group.code.rawValue), Table.Cell(String(group.count)),
                Table.Cell(group.expiring == 0 ? "·" : String(group.expiring)) { style.red($0) },
                Table.Cell(group.until?.rfc3339 ?? RolloutText.end(of: group.code)),
            ])
        }
        return style.bold("Held back") + "\n" + table.text
    }

    /// Where no date says it.
    private static func end(of code: ReasonCode) -> String {
        switch code {
        case .wave: "the waves before have confirmed"
        case .halted: "somebody resumes the policy"
        case .rate: "a later run"
        default: "-"
        }
    }
}

extension PlanDocument {
    /// What rollouts hold back: beside the summary, in plans, run reports and the status.
    static func appendRollout(_ plan: RotationPlan, to json: inout JSONWriter) {
        json.key("rollout")
        json.object { json in
            json.member("expiresBeforeOpening", plan.expiringBeforeOpening)
            json.key("held")
            json.array { json in
                for group in plan.held {
                    json.object { json in
                        json.member("policy", group.policy)
                        json.member("code", group.code.rawValue)
                        json.member("count", group.count)
                        json.member("expiring", group.expiring)
                        if let until = group.until { json.member("until", until.rfc3339) }
                    }
                }
            }
            json.key("halted")
            json.array { json in
                for halt in plan.halts {
                    json.object { json in
                        json.member("policy", halt.policy)
                        json.member("since", halt.since.rfc3339)
                        json.member("handedOut", halt.tally.handedOut)
                        json.member("failed", halt.tally.failed)
                        json.member("stuck", halt.tally.stuck)
                    }
                }
            }
        }
    }
}
