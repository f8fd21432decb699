import Basics
import Job
import Planning
import RotationModel

/// A plan as JSON, in pieces: a fleet's plan is never one string in memory.
package struct PlanJSON {
    let plan: RotationPlan
    let reviewable: ReviewablePlan?

    package init(_ plan: RotationPlan) { (self.plan, reviewable) = (plan, nil) }

    /// With the digests that `run --plan` holds it against.
    package init(_ reviewable: ReviewablePlan) { (plan, self.reviewable) = (reviewable.plan, reviewable) }

    /// - Parameter write: takes each piece, in order.
    package func write(_ write: ([UInt8]) throws -> Void) rethrows {
        var json = JSONWriter(reservingCapacity: 1 << 16)
        json.openObject()
        json.member("version", 1)
        if let reviewable { PlanDocument.append(reviewable, to: &json) }
        PlanDocument.appendHead(plan, to: &json)
        try PlanDocument.appendDecisions(plan, to: &json, write)
        json.closeObject()
        json.newline()
        try write(json.drain())
    }
}

/// What plans and run reports have in common: the same shape, and in a run a `result` on each row.
enum PlanDocument {
    static func append(_ reviewable: ReviewablePlan, to json: inout JSONWriter) {
        json.key("digests")
        json.object { json in
            json.member("policies", reviewable.digests.policies)
            json.member("authorities", reviewable.digests.authorities)
            json.member("inventory", reviewable.digests.inventory)
            json.member("inbox", reviewable.digests.inbox)
            json.member("rows", reviewable.digests.rows)
        }
        json.key("limit")
        if let limit = reviewable.limit { json.value(limit) } else { json.null() }
    }

    static func appendHead(_ plan: RotationPlan, to json: inout JSONWriter) {
        json.member("at", plan.at.rfc3339)
        json.key("policies")
        json.object { json in
            json.member("digest", plan.policies.digest)
            json.member("files", plan.policies.files)
        }
        json.key("inventory")
        json.object { json in
            json.member("devices", plan.deviceCount)
            json.member("certificates", plan.certificateCount)
        }
        json.key("summary")
        json.object { json in
            for (action, count) in plan.summary { json.member(action.rawValue, count) }
        }
        appendRollout(plan, to: &json)
        append(plan.revocations, to: &json)
        json.member("importedRevocations", plan.broughtRevocationCount)
        append(plan.pickUp, to: &json)
        json.key("guards")
        json.array { json in plan.guards.forEach { json.value($0.description) } }
        if !plan.passedGuards.isEmpty {
            json.key("passedGuards")
            json.array { json in plan.passedGuards.forEach { json.value($0.fact) } }
        }
        if let inbox = plan.inbox {
            json.key("inbox")
            json.object { json in
                json.member("usable", inbox.usable)
                json.member("confirmations", inbox.confirmations)
                append(inbox.refused, to: &json)
                append(obstacles: inbox.obstacles, to: &json)
            }
        }
    }

    /// What stays in the inbox because the job may not read or use it, a sentence each.
    static func append(obstacles: [String], to json: inout JSONWriter) {
        json.key("obstacles")
        json.array { json in obstacles.forEach { json.value($0) } }
    }

    static func append(_ rejected: [InboxOutlook.Rejected], to json: inout JSONWriter) {
        json.key("rejected")
        json.array { json in
            for file in rejected {
                json.object { json in
                    json.member("file", file.file)
                    if let device = file.device { json.member("device", device.text) }
                    append(code: file.code, text: file.text, to: &json)
                }
            }
        }
    }

    static func appendDecisions(
        _ plan: RotationPlan, to json: inout JSONWriter, _ write: ([UInt8]) throws -> Void
    ) rethrows {
        json.key("decisions")
        json.openArray()
        for row in plan.rows {
            json.newlineBetweenValues()
            append(row.decision, row.result, to: &json)
            if json.bytes.count > 1 << 16 { try write(json.drain()) }
        }
        json.closeArray()
    }

    static func append(_ decision: Decision, _ result: RowResult?, to json: inout JSONWriter) {
        json.object { json in
            json.member("device", decision.device.text)
            json.member("account", decision.account.text)
            json.member("fingerprint", decision.fingerprint.hex)
            json.member("notAfter", decision.notAfter.rfc3339)
            json.member("action", decision.action.name.rawValue)
            append(code: decision.reason.code.rawValue, text: decision.reason.text, to: &json)
            if !decision.further.isEmpty {
                json.key("further")
                json.array { json in
                    for reason in decision.further {
                        json.object { json in
                            json.member("code", reason.code.rawValue)
                            json.member("text", reason.text)
                        }
                    }
                }
            }
            if let until = decision.hold?.until { json.member("until", until.rfc3339) }
            if decision.hold?.expiresBeforeOpening ?? false { json.member("expiresBeforeOpening", true) }
            json.key("policy")
            if let policy = decision.policy {
                json.object { json in
                    json.member("name", policy.name)
                    json.member("file", policy.file)
                    json.member("line", policy.line)
                }
            } else {
                json.null()
            }
            if let revocation = decision.revocation { append(revocation, to: &json) }
            if let result { append(result, to: &json) }
        }
    }

    private static func append(_ revocation: RevocationReference, to json: inout JSONWriter) {
        json.key("revocation")
        json.object { json in
            json.member("name", revocation.name)
            json.member("reason", revocation.reason.rawValue)
            json.member("reach", revocation.reach.rawValue)
            json.key("orders")
            json.array { json in revocation.orders.forEach { json.value($0) } }
        }
    }

    private static func append(_ result: RowResult, to json: inout JSONWriter) {
        json.member("result", result.status.rawValue)
        if let certificate = result.certificate { json.member("replacement", certificate.hex) }
        if let sequence = result.sequence { json.member("sequence", sequence) }
        if let error = result.error { json.member("error", error) }
    }

    private static func append(code: String, text: String, to json: inout JSONWriter) {
        json.key("reason")
        json.object { json in
            json.member("code", code)
            json.member("text", text)
        }
    }
}
