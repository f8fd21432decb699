import Rotation

/// What waits in the inbox or was taken from it, and what was refused.
enum InboxSection {
    private static let limit = 200

    /// - Parameters:
    ///   - taken: in a sentence; nil where there is nothing to say.
    ///   - movedAside: `would be moved aside`, `moved to inbox/rejected`.
    static func section(
        _ taken: HTML?, refused: [InboxOutlook.Rejected], _ movedAside: String, obstacles: [String] = []
    ) -> Page.Section? {
        guard taken != nil || !refused.isEmpty || !obstacles.isEmpty else { return nil }
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
            "inbox", "Inbox", "\(taken.map { "<p>\($0)</p>\n" } ?? "")\(Array(unread))\(refusal)")
    }
}
