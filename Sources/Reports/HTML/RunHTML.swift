import Basics
import Intake
import Job
import Planning
import RotationModel

/// What a run did, as one self-contained page.
package struct RunHTML {
    private let outcome: RunOutcome
    private let sections: PlanSections

    package init(_ outcome: RunOutcome) {
        self.outcome = outcome
        sections = PlanSections(outcome.plan)
    }

    /// - Parameter write: takes each piece, in order.
    package func write(_ write: ([UInt8]) throws -> Void) rethrows {
        let rows = RowsTable(
            plan: outcome.plan,
            all: "All of them are in the report beside this page: <code>run-\(outcome.id.text).json</code>")
        for piece in page.opening(thenRows: rows.section) { try write(piece.bytes) }
        if rows.section != nil {
            for piece in rows.pieces { try write(piece.bytes) }
        }
        try write(page.closing.bytes)
    }

    private var page: Page {
        Page(
            kind: "Run", subject: outcome.id.text, headline: headline, facts: facts,
            sections: [
                summary, failures, sections.blocked, sections.findings, sections.expiries, sections.policies,
                sections.held, sections.revocations, lists, LateSection(outcome.plan.pickUp).section, inbox, recovery,
            ].compactMap { $0 })
    }

    private var headline: HTML {
        let done = outcome.plan.rows.count { row in
            switch row.result?.status {
            case .issued, .requested, .revoked, .retired: true
            case .held, .blocked, .reported, .uncovered, .failed, .skipped, .stopped, nil: false
            }
        }
        let what: HTML = done == 0 ? "nothing was changed" : "\(done) \(Plural.of("row", done)) carried out"
        switch outcome.ending {
        case .completed: return "Run done: \(what)."
        case .partial: return "Run done, with trouble: \(what)."
        case .guarded: return "A guard stopped the run before it did anything."
        case .stopped: return "The run was asked to stop: \(what), and the next run does the rest."
        }
    }

    private var facts: HTML {
        let seconds = Int(outcome.endedAt.seconds - outcome.startedAt.seconds)
        return """
            Run <code>\(outcome.id.text)</code>, started \(outcome.startedAt) UTC, \(seconds) s, as of \
            \(outcome.plan.at) UTC: \(sections.facts).
            """
    }

    private var summary: Page.Section? {
        let tiles = Tiles(
            tiles: RowResult.Status.allCases.map {
                Tiles.Tile(name: $0.rawValue, count: outcome.count($0), meaning: $0.meaning, tone: $0.tone)
            })
        let refreshed: HTML =
            outcome.refreshed == 0
            ? ""
            : "<p>\(outcome.refreshed) \(Plural.of("manifest", outcome.refreshed)) signed anew before expiry.</p>\n"
        return Page.Section("summary", "What the run did", "\(sections.guards)\(tiles.html)\(refreshed)")
    }

    /// By error: a thousand devices that failed for one reason are one line.
    private var failures: Page.Section? {
        var byError: [String: (count: Int, first: DeviceID)] = [:]
        for row in outcome.plan.rows where row.result?.status == .failed {
            let error = row.result?.error ?? row.decision.reason.text
            byError[error] = ((byError[error]?.count ?? 0) + 1, byError[error]?.first ?? row.decision.device)
        }
        let sorted = byError.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        var table = HTMLTable("Failed rows, by error", [.text("Error"), .number("Rows"), .text("For one")])
        for (error, found) in sorted.prefix(50) {
            table.add(["\(error)", "\(found.count)", "<span class=\"id\">\(name: found.first.text)</span>"])
        }
        return Page.Section(
            "failures", "Failed", table.html.map { "\($0)\(PlanSections.rest(sorted.count - 50, "error"))" })
    }

    private var lists: Page.Section? {
        var table = HTMLTable(
            "Revocation lists",
            [.text("File"), .text("Authority"), .number("Number"), .number("Entries"), .text("Next update")])
        for list in outcome.lists.published.prefix(500) {
            table.add([
                "<span class=\"id\">\(name: list.file)</span>", "\(name: list.authority)",
                "\(Int(clamping: list.number))",
                "\(list.entries)", "\(list.nextUpdate)",
            ])
        }
        let published = table.html.map {
            "\($0)\(PlanSections.rest(outcome.lists.published.count - 500, "list"))" as HTML
        }
        return Page.Section("lists", "CRLs published", "\(listTroubles)\(published ?? "")")
    }

    private var listTroubles: [HTML] {
        outcome.lists.troubles.map { "<p><span class=\"badge bad\">CRL</span> \($0)</p>\n" }
    }

    private var inbox: Page.Section? {
        let intake = outcome.intake
        return InboxSection.section(
            intake.taken, confirmations: intake.confirmed, "taken", refused: intake.rejected, "moved to inbox/rejected",
            obstacles: intake.obstacles)
    }

    private var recovery: Page.Section? {
        let recovery = outcome.recovery
        guard !recovery.isEmpty else { return nil }
        let runs = recovery.interruptedRuns.map { "<code>\($0.text)</code> " as HTML }
        var table = HTMLTable("Taken over", [.text("What"), .number("Count")])
        table.add(["interrupted runs closed <span class=\"small\">\(runs)</span>", "\(recovery.interruptedRuns.count)"])
        table.add(["recorded manifests published", "\(recovery.publishedManifests)"])
        table.add(["missing manifests published again", "\(recovery.restoredManifests)"])
        table.add(["reserved serial numbers abandoned", "\(recovery.abandonedReservations)"])
        return Page.Section("recovery", "Taken over from earlier runs", table.html)
    }
}
