import Job
import Planning
import RotationModel

/// The rows themselves, the most urgent first, as many as a page can hold.
struct RowsTable {
    let plan: RotationPlan
    /// Where all rows are.
    let all: HTML

    /// How many rows a page lists.
    static let limit = 2000
    /// Rows in a piece.
    private static let step = 200

    /// The section without its rows; its markup is written around them.
    var section: Page.Section? {
        plan.rows.isEmpty ? nil : Page.Section("rows", title, " ")
    }

    private var shown: Int { min(plan.rows.count, RowsTable.limit) }

    private var title: String {
        shown < plan.rows.count
            ? "The \(HTML.grouped(shown)) most urgent of \(HTML.grouped(plan.rows.count)) rows" : "Every row"
    }

    /// In pieces, so that the page is never whole in memory.
    var pieces: some Sequence<HTML> {
        let opening = CollectionOfOne(self.opening)
        let rows = stride(from: 0, to: shown, by: RowsTable.step).lazy.map { start in
            "\(plan.rows[start..<min(start + RowsTable.step, shown)].map(markup))" as HTML
        }
        return [AnySequence(opening), AnySequence(rows), AnySequence(CollectionOfOne(RowsTable.closing))].lazy.joined()
    }

    private var opening: HTML {
        """
        <section id="rows" aria-labelledby="rows-title">
        <h2 id="rows-title">\(title)</h2>
        \(leftOut)<form id="search" role="search" hidden>
        <label class="seen-not-read" for="search-text">Search the listed rows</label>
        <input id="search-text" type="search" placeholder="Search the listed rows" autocomplete="off">
        <label class="seen-not-read" for="search-action">Action</label>
        <select id="search-action"><option value="">every action</option>\
        \(actions.map { "<option value=\"\($0.rawValue)\">\($0.rawValue)</option>" as HTML })</select>
        <output for="search-text search-action" role="status"></output>
        </form>
        <div class="scroll" role="region" aria-label="Rows" tabindex="0"><table id="listed" class="cards rows">
        <thead><tr><th scope="col">Device</th><th scope="col">\(plan.rows.first?.result == nil ? "Action" : "Result")</th>\
        <th scope="col">Ends</th><th scope="col">Policy</th><th scope="col">Why</th></tr></thead>
        <tbody>

        """
    }

    private static let closing: HTML = "</tbody></table></div>\n</section>\n"

    private var leftOut: HTML {
        shown < plan.rows.count
            ? "<p class=\"soft\">\(plan.rows.count - shown) rows are left out here. \(all)</p>\n" : ""
    }

    private var actions: [ActionName] {
        let listed = Set(plan.rows.prefix(shown).map(\.decision.action.name))
        return ActionName.allCases.filter(listed.contains)
    }

    private func markup(_ row: PlanRow) -> HTML {
        let decision = row.decision
        return """
            <tr data-action="\(decision.action.name.rawValue)"><th scope="row"><span class="id">\(name: decision.device.text)</span>\
            <span class="small">account \(name: decision.account.text), <span title="SHA-256 \(decision.fingerprint.hex)">\
            \(String(decision.fingerprint.hex.prefix(12)))…</span></span></th><td>\((row.result?.status.badge ?? decision.action.name.badge))</td>\
            <td data-name="Ends">\(decision.notAfter)</td><td data-name="Policy">\
            \(PlanSections.policy(decision.policy?.name ?? "", nil))</td><td>\(why(row))</td></tr>

            """
    }

    private func why(_ row: PlanRow) -> HTML {
        let decision = row.decision
        let error = row.result?.error.map { "<span class=\"badge bad\">error</span> \($0)<br>" as HTML } ?? ""
        return
            "\(error)\(decision.reason.sentence)\(decision.further.map { "<span class=\"small\">also \($0.sentence)</span>" as HTML })"
    }
}

extension RowResult.Status {
    var badge: HTML { "<span class=\"badge \(tone)\">\(rawValue)</span>" }

    /// A class of the style sheet.
    var tone: String {
        switch self {
        case .issued, .requested, .retired: "good"
        case .held, .reported, .uncovered, .skipped: "watch"
        case .revoked, .blocked, .failed, .stopped: "bad"
        }
    }

    /// What became of the row, for a reader who sees it for the first time.
    var meaning: String {
        switch self {
        case .issued: "a replacement was issued and published"
        case .requested: "the device was asked for a CSR"
        case .revoked: "the certificate was revoked"
        case .retired: "an older certificate became INACTIVE"
        case .held: "due, and held back for now"
        case .blocked: "due, and cannot go on: somebody has to act"
        case .reported: "a finding that the policy only reports"
        case .uncovered: "no policy covers the device"
        case .failed: "not done; the next run tries again"
        case .skipped: "nothing was left to do"
        case .stopped: "the run was stopped before its turn"
        }
    }
}
