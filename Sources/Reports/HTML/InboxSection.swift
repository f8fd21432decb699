import Basics
import Planning

/// What waits in the inbox or was taken from it, and what was refused.
enum InboxSection {
    private static let limit = 200

    /// - Parameters:
    ///   - requests: CSRs that were or would be taken.
    ///   - confirmations: the same.
    ///   - taken: `taken`, `would be taken`.
    ///   - movedAside: `moved to inbox/rejected`, `would be moved aside`.
    ///   - obstacles: files that could not be read or moved, each with the reason.
    static func section(
        _ requests: Int, confirmations: Int, _ taken: String, refused: [InboxOutlook.Rejected], _ movedAside: String,
        obstacles: [String] = []
    ) -> Page.Section? {
        let counts = [(requests, "CSR"), (confirmations, "confirmation")].filter { $0.0 > 0 }
            .map { "\($0.0) \(Plural.of($0.1, $0.0))" as HTML }
        guard !counts.isEmpty || !refused.isEmpty || !obstacles.isEmpty else { return nil }
        var table = HTMLTable("Refused files", [.text("File"), .text("Reason"), .text("Why it is not taken")])
        for file in refused.prefix(limit) {
            table.add([
                "<span class=\"id\">\(name: file.file)</span>", "<code>\(file.code)</code>", "\(file.text)",
            ])
        }
        let refusal: HTML =
            refused.isEmpty
            ? ""
            : "<h3>\(refused.count) \(movedAside)</h3>\n\(table.html ?? "")\(PlanSections.rest(refused.count - limit, "file"))"
        let unread = obstacles.prefix(limit).map { "<p class=\"alarm-box\">\($0)</p>\n" as HTML }
        return Page.Section(
            "inbox", "Inbox", "\(sentence(counts, taken))\(Array(unread))\(refusal)")
    }

    private static func sentence(_ counts: [HTML], _ taken: String) -> HTML {
        switch counts.count {
        case 0: ""
        case 1: "<p>\(counts[0]) \(taken).</p>\n"
        default: "<p>\(counts[0]) and \(counts[1]) \(taken).</p>\n"
        }
    }
}
