import Basics
import Intake
import Job
import Planning
import RotationModel

/// What a run did, as JSON: a plan's shape with `result` on each row.
package struct RunJSON {
    let outcome: RunOutcome

    package init(_ outcome: RunOutcome) { self.outcome = outcome }

    /// - Parameter write: takes each piece, in order.
    package func write(_ write: ([UInt8]) throws -> Void) rethrows {
        var json = JSONWriter(reservingCapacity: 1 << 16)
        json.openObject()
        json.member("version", 1)
        json.member("run", outcome.id.text)
        json.member("started", outcome.startedAt.rfc3339)
        json.member("ended", outcome.endedAt.rfc3339)
        json.member("ending", outcome.ending.rawValue)
        PlanDocument.append(outcome.audit, to: &json)
        PlanDocument.appendHead(outcome.plan, to: &json)
        json.key("results")
        json.object { json in
            for status in RowResult.Status.allCases { json.member(status.rawValue, outcome.count(status)) }
        }
        json.key("inbox")
        json.object { json in
            json.member("taken", outcome.intake.taken)
            json.member("confirmed", outcome.intake.confirmed)
            json.member("known", outcome.intake.known)
            PlanDocument.append(outcome.intake.rejected, to: &json)
            PlanDocument.append(obstacles: outcome.intake.obstacles, to: &json)
            json.member("forgotten", outcome.intake.forgotten)
        }
        json.key("recovery")
        json.object { json in
            json.key("interruptedRuns")
            json.array { json in outcome.recovery.interruptedRuns.forEach { json.value($0.text) } }
            json.member("abandonedReservations", outcome.recovery.abandonedReservations)
            json.member("publishedManifests", outcome.recovery.publishedManifests)
            json.member("restoredManifests", outcome.recovery.restoredManifests)
        }
        json.key("revocationLists")
        json.array { json in
            for list in outcome.lists.published {
                json.object { json in
                    json.member("file", list.file)
                    json.member("authority", list.authority)
                    json.member("number", Int(clamping: list.number))
                    json.member("entries", list.entries)
                    json.member("nextUpdate", list.nextUpdate.rfc3339)
                }
            }
        }
        json.key("troubles")
        json.array { json in outcome.lists.troubles.forEach { json.value($0) } }
        json.member("refreshedManifests", outcome.refreshed)
        try PlanDocument.appendDecisions(outcome.plan, to: &json, write)
        json.closeObject()
        json.newline()
        try write(json.drain())
    }
}

/// What a run did, for people.
package struct RunText {
    let outcome: RunOutcome
    let style: Style

    package init(_ outcome: RunOutcome, style: Style = .plain) {
        self.outcome = outcome
        self.style = style
    }

    package var text: String {
        [
            headline, guards, RolloutText(plan: outcome.plan, style: style).alarms, recovery, inbox, brought,
            RevocationText(outlooks: outcome.plan.revocations, style: style).text, lists,
            troubles, PickUpText(pickUp: outcome.plan.pickUp, style: style).line, audit, next,
        ].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var headline: String {
        let done = [
            (RowResult.Status.issued, "issued"), (.requested, "asked for a CSR"), (.revoked, "revoked"),
            (.retired, "retired"),
            (.held, "held back"), (.failed, "failed"), (.blocked, "blocked"), (.skipped, "skipped"),
            (.stopped, "left to the next run"),
        ].map { (name: $0.1, count: outcome.count($0.0)) }.filter { $0.count > 0 }
        let what =
            done.isEmpty ? "nothing was due" : done.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
        let line: String
        switch outcome.ending {
        case .completed: line = style.bold(style.green("Run done") + ": \(what).")
        case .partial: line = style.bold(style.yellow("Run done, with trouble") + ": \(what).")
        case .guarded: line = style.bold(style.red("A guard stopped the run before it did anything."))
        case .stopped: line = style.bold(style.yellow("The run was asked to stop") + ": \(what).")
        }
        let seconds = outcome.endedAt.seconds - outcome.startedAt.seconds
        return line + "\n"
            + style.dim(
                "Run \(outcome.id), as of \(outcome.plan.at), \(seconds) s; \(counted(outcome.plan.deviceCount, "device")) "
                    + "in the inventory.") + "\n"
    }

    private var guards: String {
        outcome.plan.passedGuards.map { style.yellow("Past a guard, as reviewed: ") + $0.fact + "\n" }.joined()
    }

    private var brought: String {
        let count = outcome.plan.broughtRevocationCount
        guard count > 0, outcome.ending != .guarded else { return "" }
        return "Put on CRLs, as an import brought them REVOKED: \(counted(count, "certificate")).\n"
    }

    private var recovery: String {
        let recovery = outcome.recovery
        guard !recovery.isEmpty else { return "" }
        var parts: [String] = []
        if !recovery.interruptedRuns.isEmpty {
            parts.append("\(counted(recovery.interruptedRuns.count, "interrupted run")) closed")
        }
        if recovery.publishedManifests > 0 {
            parts.append("\(counted(recovery.publishedManifests, "recorded manifest")) published")
        }
        if recovery.abandonedReservations > 0 {
            parts.append("\(counted(recovery.abandonedReservations, "reserved serial number")) abandoned")
        }
        if recovery.restoredManifests > 0 {
            parts.append("\(counted(recovery.restoredManifests, "missing manifest")) published again")
        }
        return "Taken over from earlier: \(parts.joined(separator: ", ")).\n"
    }

    private var inbox: String {
        let intake = outcome.intake
        let rest =
            PlanText.obstacles(intake.obstacles, style)
            + (intake.forgotten > 0 ? "Removed from inbox/rejected by age or number: \(intake.forgotten).\n" : "")
        guard intake.taken + intake.confirmed > 0 || !intake.rejected.isEmpty else { return rest }
        let taken = [(intake.taken, "CSR"), (intake.confirmed, "confirmation")].filter { $0.0 > 0 }
            .map { counted($0.0, $0.1) }
        var text = "Inbox: \(taken.isEmpty ? "nothing" : taken.joined(separator: " and ")) taken"
        guard !intake.rejected.isEmpty else { return text + ".\n" + rest }
        text += ", \(intake.rejected.count) "
        // What is in the way may have kept some of them where they were.
        text += intake.obstacles.isEmpty ? "moved to inbox/rejected:\n" : "refused:\n"
        var table = Table([.left, .left])
        for file in intake.rejected.prefix(10) {
            table.add([Table.Cell(file.file), Table.Cell("\(file.code): \(file.text)")])
        }
        text += table.text
        if intake.rejected.count > 10 { text += "  … and \(intake.rejected.count - 10) more\n" }
        return text + rest
    }

    private var lists: String {
        let lists = outcome.lists.published
        let troubles = outcome.lists.troubles.map { style.red("CRL: ") + $0 + "\n" }.joined()
        guard !lists.isEmpty else { return troubles }
        let shown = lists.prefix(3).map {
            "\($0.file) (number \($0.number), \(counted($0.entries, "entry", plural: "entries")))"
        }
        let rest = lists.count > 3 ? " and \(lists.count - 3) more" : ""
        return "CRLs published: \(shown.joined(separator: ", "))\(rest).\n" + troubles
    }

    private var troubles: String {
        var table = Table([.left, .left, .left])
        var count = 0
        for row in outcome.plan.rows {
            guard let result = row.result, result.status == .failed || result.status == .blocked else { continue }
            count += 1
            guard count <= 20 else { continue }
            table.add([
                Table.Cell(row.decision.device.text), Table.Cell(result.status.rawValue) { style.red($0) },
                Table.Cell(result.error ?? row.decision.reason.text),
            ])
        }
        guard count > 0 else { return "" }
        return style.bold("Needs a person") + "\n" + table.text + (count > 20 ? "  … and \(count - 20) more\n" : "")
    }

    private var audit: String {
        outcome.audit.map { style.dim($0.line) + "\n" } ?? ""
    }

    private var next: String {
        switch outcome.ending {
        case .guarded: "Nothing was issued. See what is due: rotation-job plan\n"
        case .stopped: "What was begun is done. The next run does the rest: rotation-job run\n"
        case .partial: "What failed is tried again by the next run; see rotation-job status\n"
        case .completed:
            outcome.count(.issued) + outcome.count(.requested) > 0
                ? "Devices find their manifests under delivery/; see who has not collected: rotation-job status\n" : ""
        }
    }
}
