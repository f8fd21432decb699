import Basics
import Fleet
import Job
import RotationModel

/// The report of a run that ended and could not write it, from the records: what was counted, and its entries of the audit. The plan that it decided
/// on is lost.
package struct RecordedRunReport {
    private let run: UnreportedRun

    package init(_ run: UnreportedRun) { self.run = run }

    private var record: RunRecord { run.record }

    package var json: [UInt8] {
        var json = JSONWriter(reservingCapacity: 1 << 12)
        json.openObject()
        json.member("version", 1)
        json.member("run", record.id.text)
        json.member("started", record.startedAt.rfc3339)
        if let ended = record.endedAt { json.member("ended", ended.rfc3339) }
        if let outcome = record.outcome { json.member("ending", outcome) }
        json.member("at", record.now.rfc3339)
        json.member("from", "records")
        PlanDocument.append(anchor, to: &json)
        json.key("counts")
        json.object { json in
            for (name, count) in record.counts.sorted(by: { $0.key < $1.key }) { json.member(name, count) }
        }
        json.key("entries")
        json.array { json in
            for entry in run.entries { AuditReport.append(entry, to: &json) }
        }
        json.closeObject()
        json.newline()
        return json.bytes
    }

    /// The audit's newest point after the run's own last entry, as its own report would have it.
    private var anchor: AuditAnchor? {
        run.entries.last.flatMap { last in last.hash.map { AuditAnchor(entries: last.id, hash: $0) } }
    }

    package func writePage(_ write: ([UInt8]) throws -> Void) throws {
        let page = page
        for piece in page.opening(thenRows: nil) { try write(piece.bytes) }
        try write(page.closing.bytes)
    }

    private var page: Page {
        Page(
            kind: "Run", subject: record.id.text,
            headline: "Run \(record.outcome ?? ""): its report could not be written when it ended.",
            facts: """
                Run <code>\(record.id.text)</code>, started \(record.startedAt) UTC, as of \(record.now) UTC. \
                This page was written by a later run, from the records: the plan is lost.
                """,
            sections: [counts, entries].compactMap { $0 })
    }

    private var counts: Page.Section? {
        var table = HTMLTable("Counts", [.text("What"), .number("Count")])
        for (name, count) in record.counts.sorted(by: { $0.key < $1.key }) { table.add(["\(name)", "\(count)"]) }
        return Page.Section("summary", "What the run did", table.html)
    }

    private var entries: Page.Section? {
        var table = HTMLTable("Entries", [.text("Device"), .text("What"), .text("Detail")])
        for entry in run.entries { table.add(["\(entry.device ?? "")", "\(entry.action)", "\(entry.detail)"]) }
        return Page.Section("entries", "Its entries of the audit", table.html)
    }
}
