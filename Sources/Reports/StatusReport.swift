import Basics
import Fleet
import Job
import Lifecycle
import Planning
import RotationModel

/// Where the fleet stands, for people.
package struct StatusText {
    let status: FleetStatus
    let style: Style

    package init(_ status: FleetStatus, style: Style = .plain) {
        self.status = status
        self.style = style
    }

    package var text: String {
        [
            headline, runs, due, RolloutText(plan: status.plan, style: style).held,
            RevocationText(outlooks: status.plan.revocations, style: style).text, underWay,
            PickUpText(pickUp: status.pickUp, style: style).overdue,
        ].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var headline: String {
        guard !status.attention.isEmpty else {
            return style.bold(style.green("Nothing needs a person.")) + style.dim(" As of \(status.at).") + "\n"
        }
        return style.bold(style.red("Needs a person:")) + style.dim(" as of \(status.at).") + "\n"
            + status.attention.map { "  \($0)\n" }.joined()
    }

    private var runs: String {
        guard !status.runs.isEmpty else { return "No run yet. Next: rotation-job plan\n" }
        var table = Table([.left, .left, .left, .left])
        table.addHeader(["RUN", "STARTED", "OUTCOME", "WHAT"], style)
        for run in status.runs {
            let counts = RowResult.Status.allCases.compactMap { status in
                run.counts[status.rawValue].map { "\($0) \(status.rawValue)" }
            }
            table.add([
                Table.Cell(run.id.text), Table.Cell(run.startedAt.rfc3339), Table.Cell(run.outcome ?? "not ended"),
                Table.Cell(counts.joined(separator: ", ")),
            ])
        }
        return style.bold("Last runs") + "\n" + table.text
    }

    private var due: String {
        let summary = Summary(status.plan, style: style).text
        return summary.isEmpty ? "Nothing is due.\n" : style.bold("A run now would find") + "\n" + summary
    }

    private var underWay: String {
        let unseen = status.unseenDevices ?? 0
        guard !status.pickUp.rotations.isEmpty || status.waitingRequests + status.devicesWithoutActive + unseen > 0
        else {
            return ""
        }
        var table = Table([.right, .left])
        for (state, count) in status.pickUp.rotations {
            table.add([Table.Cell(String(count)), Table.Cell(state.rawValue)])
        }
        if status.waitingRequests > 0 {
            table.add([
                Table.Cell(String(status.waitingRequests)), "CSRs taken, their devices not due yet or in the next run",
            ])
        }
        if status.devicesWithoutActive > 0 {
            table.add([Table.Cell(String(status.devicesWithoutActive)), "devices without an ACTIVE certificate"])
        }
        if unseen > 0 {
            let devices = Plural.of("device", unseen)
            table.add([
                Table.Cell(String(unseen)),
                Table.Cell("\(devices) not seen at the gate for \(FleetStatus.unseenAfter.approximate)"),
            ])
        }
        return style.bold("Rotations") + "\n" + table.text
    }
}

/// The same for programs.
package struct StatusJSON {
    let status: FleetStatus

    package init(_ status: FleetStatus) { self.status = status }

    package var bytes: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("version", 1)
            json.member("at", status.at.rfc3339)
            PlanDocument.append(status.audit, to: &json)
            json.key("attention")
            json.array { json in status.attention.forEach { json.value($0) } }
            json.key("runs")
            json.array { json in
                for run in status.runs { append(run, to: &json) }
            }
            json.key("due")
            json.object { json in
                for (action, count) in status.plan.summary { json.member(action.rawValue, count) }
            }
            PlanDocument.appendRollout(status.plan, to: &json)
            json.member("waitingRequests", status.waitingRequests)
            json.member("devicesWithoutActive", status.devicesWithoutActive)
            if let unseen = status.unseenDevices { json.member("devicesNotSeen", unseen) }
            PlanDocument.append(status.plan.revocations, to: &json)
            PlanDocument.append(status.pickUp, to: &json)
        }
        json.newline()
        return json.bytes
    }

    private func append(_ run: RunRecord, to json: inout JSONWriter) {
        json.object { json in
            json.member("id", run.id.text)
            json.member("started", run.startedAt.rfc3339)
            json.member("at", run.now.rfc3339)
            json.key("ended")
            if let ended = run.endedAt { json.value(ended.rfc3339) } else { json.null() }
            json.key("outcome")
            if let outcome = run.outcome { json.value(outcome) } else { json.null() }
            json.key("counts")
            json.object { json in
                for (name, count) in run.counts.sorted(by: { $0.key < $1.key }) { json.member(name, count) }
            }
        }
    }
}
