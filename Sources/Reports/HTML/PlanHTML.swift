import Basics
import Planning
import RotationModel

/// A dry run as one self-contained page: numbers and a chart for a fleet of any size, and the most urgent rows.
package struct PlanHTML {
    private let plan: RotationPlan
    private let sections: PlanSections

    package init(_ plan: RotationPlan) {
        self.plan = plan
        sections = PlanSections(plan)
    }

    /// - Parameter write: takes each piece, in order.
    package func write(_ write: ([UInt8]) throws -> Void) rethrows {
        let rows = RowsTable(
            plan: plan,
            all: "All of them: <code>rotation-job plan --format csv --output plan.csv</code>")
        for piece in page.opening(thenRows: rows.section) { try write(piece.bytes) }
        if rows.section != nil {
            for piece in rows.pieces { try write(piece.bytes) }
        }
        try write(page.closing.bytes)
    }

    private var page: Page {
        Page(
            kind: "Dry run", subject: plan.at.rfc3339, headline: headline,
            facts: "For \(plan.at) UTC: \(sections.facts). Nothing was changed.",
            sections: [
                outcome, sections.blocked, sections.findings, sections.expiries, sections.policies, sections.held,
                sections.revocations, LateSection(plan.pickUp).section, inbox,
            ].compactMap { $0 })
    }

    private var headline: HTML {
        let changes = ActionName.allCases.filter(\.isChange).reduce(0) { $0 + sections.figures.count($1) }
        let blocked = sections.figures.count(.blocked)
        let rest: HTML = blocked == 0 ? "" : " \(blocked) due and blocked."
        return changes == 0
            ? "A run would change nothing.\(rest)"
            : "A run would act on \(changes) \(Plural.of("certificate", changes)).\(rest)"
    }

    private var outcome: Page.Section? {
        let tiles = Tiles(
            tiles: plan.summary.map {
                Tiles.Tile(name: $0.action.rawValue, count: $0.count, meaning: $0.action.meaning, tone: $0.action.tone)
            })
        return Page.Section("summary", "What a run would do", "\(sections.guards)\(tiles.html)")
    }

    private var inbox: Page.Section? {
        guard let inbox = plan.inbox else { return nil }
        return InboxSection.section(
            inbox.usable, confirmations: inbox.confirmations, "would be taken", refused: inbox.refused,
            "would be moved aside", obstacles: inbox.obstacles)
    }
}
