import Basics
import Fleet
import Lifecycle
import Planning
import Policy
import RotationModel

/// Why a device is treated as it is, for programs.
package struct ExplanationJSON {
    let explanation: DeviceExplanation

    package init(_ explanation: DeviceExplanation) { self.explanation = explanation }

    package var bytes: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("version", 1)
            json.member("at", explanation.at.rfc3339)
            json.appendMembers(of: explanation.story.listing)
            json.key("current")
            if let current = explanation.current { json.value(current.hex) } else { json.null() }
            appendRotation(to: &json)
            appendRequest(to: &json)
            if case .last(let seen) = explanation.contact { json.member("lastSeen", seen.rfc3339) }
            json.key("policy")
            if let policy = explanation.policy { json.value(policy.name) } else { json.null() }
            json.key("policies")
            json.array { json in
                for consideration in explanation.considerations { append(consideration, to: &json) }
            }
            appendDates(to: &json)
            json.key("decisions")
            if let decisions = explanation.decisions {
                json.array { json in
                    for decision in decisions { PlanDocument.append(decision, nil, to: &json) }
                }
            } else {
                json.null()
            }
            if let failure = explanation.planFailure { json.member("error", failure.description) }
        }
        json.newline()
        return json.bytes
    }

    private func appendRotation(to json: inout JSONWriter) {
        json.key("rotation")
        guard let rotation = explanation.story.rotations.last(where: { $0.ended == nil }) else { return json.null() }
        json.object { json in
            json.member("state", rotation.state.rawValue)
            json.member("since", rotation.changedAt.rfc3339)
            json.member("policy", rotation.cause.policy?.name ?? "")
            json.key("reason")
            json.object { json in
                json.member("code", rotation.cause.reason.code.rawValue)
                json.member("text", rotation.cause.reason.text)
            }
        }
    }

    private func appendRequest(to json: inout JSONWriter) {
        json.key("csr")
        if let request = explanation.story.request {
            json.object { json in
                json.member("key", request.algorithm.description)
                json.member("keyFingerprint", request.publicKey.fingerprint.hex)
                if let at = explanation.story.requestReceivedAt { json.member("receivedAt", at.rfc3339) }
            }
        } else {
            json.null()
        }
        PlanDocument.append(explanation.rejected, to: &json)
    }

    private func append(_ consideration: PolicyConsideration, to json: inout JSONWriter) {
        json.object { json in
            json.member("name", consideration.policy.name)
            json.member("file", consideration.policy.place.file)
            json.member("line", consideration.policy.place.line)
            json.member("priority", consideration.policy.priority)
            switch consideration.outcome {
            case .decides: json.member("outcome", "decides")
            case .outranked(let winner):
                json.member("outcome", "outranked")
                json.member("by", winner)
            case .tied(let others):
                json.member("outcome", "tied")
                json.key("with")
                json.array { json in others.forEach { json.value($0) } }
            case .doesNotMatch: json.member("outcome", "does-not-match")
            }
            json.key("conditions")
            json.array { json in
                for condition in consideration.conditions {
                    json.object { json in
                        json.member("key", condition.key)
                        json.key("expected")
                        json.array { json in condition.expected.forEach { json.value($0) } }
                        json.key("found")
                        if let found = condition.found { json.value(found) } else { json.null() }
                        json.member("holds", condition.holds)
                    }
                }
            }
        }
    }

    private func appendDates(to json: inout JSONWriter) {
        json.key("dates")
        guard let dates = explanation.dates else { return json.null() }
        json.object { json in
            json.member("due", dates.due.rfc3339)
            json.member("latestDue", dates.latestDue.rfc3339)
            json.member("spreadSeconds", Int(dates.spread.seconds))
            json.key("spreadShare")
            // Four decimals say which minute of a week it is, and are the same text everywhere.
            json.raw(ExplanationJSON.decimal(dates.spreadShare))
            json.member("renewBeforeSeconds", Int(dates.renewBefore.seconds))
            json.member("notAfter", dates.notAfter.rfc3339)
            if let lead = dates.contactLead { json.member("contactRenewBeforeSeconds", Int(lead.seconds)) }
            if let silent = dates.dueIfSilent { json.member("dueIfNotSeen", silent.rfc3339) }
            appendSchedule(to: &json)
        }
    }

    /// When the policy's windows and freezes let the device be worked on.
    private func appendSchedule(to json: inout JSONWriter) {
        guard let schedule = explanation.policy?.rollout.schedule, !schedule.isAlwaysOpen else { return }
        json.key("open")
        json.value(schedule.isOpen(at: explanation.at))
        if let opening = schedule.nextOpening(after: explanation.at) {
            json.member("nextOpening", opening.rfc3339)
        }
    }

    /// `0.0420`
    private static func decimal(_ share: Double) -> String {
        let digits = String(Int((share * 10_000).rounded(.down)))
        return "0." + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
