import Basics
import Planning
import RotationModel

// What the reports of a policy diff have in common: their sentences.

extension PolicyDiff.Kind {
    var meaning: String {
        switch self {
        case .newlyDue: "certificates that are to be replaced now, and were not"
        case .noLongerDue: "certificates that were to be replaced, and are not any more"
        case .revoked: "certificates that a revocation reaches now"
        case .noLongerRevoked: "certificates that no revocation reaches any more"
        case .blocked: "due, and cannot go on: somebody has to act"
        case .noLongerBlocked: "were due and could not go on, and can or need not now"
        case .nowCovered: "devices that no policy covered"
        case .nowUncovered: "devices that no policy covers any more; they are never touched"
        case .changedPolicy: "devices for which another policy decides"
        case .changedProfile: "devices whose next certificate is of another profile, or of a changed one"
        }
    }

    func paint(_ style: Style) -> (String) -> String {
        switch self {
        case .revoked, .blocked, .nowUncovered: { style.red($0) }
        case .newlyDue, .noLongerDue, .noLongerRevoked: { style.yellow($0) }
        case .noLongerBlocked, .nowCovered: { style.green($0) }
        case .changedPolicy, .changedProfile: { $0 }
        }
    }
}

extension PolicyDiff {
    /// The outcome in one line.
    var headline: String {
        let counts = counts.filter { $0.count > 0 }
        guard !counts.isEmpty else {
            return isEmpty
                ? "the change does nothing to this fleet today."
                : "\(counted(rows.count, "certificate")) for another reason, or in another way."
        }
        return counts.map { "\($0.count) \($0.kind.rawValue)" }.joined(separator: ", ") + "."
    }

    /// Of all devices, in percent.
    func share(_ count: Int) -> String {
        guard deviceCount > 0, count > 0 else { return "0%" }
        let tenths = (count * 1000 + deviceCount / 2) / deviceCount
        return tenths == 0 ? "<0.1%" : "\(tenths / 10).\(tenths % 10)%"
    }

    /// Guards that the new policies break and the old do not.
    var newGuards: [String] { old.guards.isEmpty ? new.guards : new.guards.filter { !old.guards.contains($0) } }

    /// So many rows, of each kind of change some: the first of each in turn.
    func examples(_ limit: Int) -> [Row] {
        guard rows.count > limit else { return rows }
        let groups = Dictionary(grouping: rows.indices) { rows[$0].kinds.map(\.rawValue).joined(separator: "+") }
        let inOrder = groups.values.sorted { $0[0] < $1[0] }
        var places: [Int] = []
        var turn = 0
        while places.count < limit {
            places += inOrder.compactMap { turn < $0.count ? $0[turn] : nil }
            turn += 1
        }
        return places.prefix(limit).sorted().map { rows[$0] }
    }

    /// Sentences about profiles.
    var profileLines: [String] {
        profileMoves.map { "\(counted($0.count, "device")): \($0.from ?? "-") → \($0.to ?? "-") (\($0.exampleText))" }
            + profileEdits.map { edit in
                "\(edit.name), \(counted(edit.devices, "device")): "
                    + edit.lines.map {
                        "\($0.key) \($0.old.isEmpty ? "none" : $0.old) → \($0.new.isEmpty ? "none" : $0.new)"
                    }
                    .joined(separator: "; ")
            }
    }
}

extension PolicyDiff.Move {
    var exampleText: String {
        examples.prefix(3).map(\.text).joined(separator: ", ") + (count > min(3, examples.count) ? ", …" : "")
    }
}

extension Decision? {
    /// `issue (expiring)`
    var short: String { map { "\($0.action.name.rawValue) (\($0.reason.code.rawValue))" } ?? "—" }
}

/// GitHub-flavoured Markdown out of texts that may hold anything.
enum Markdown {
    static func text(_ text: String) -> String {
        var escaped = ""
        for character in Printable.text(text) {
            if "\\`*_{}[]<>#|~!@".contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
        return escaped
    }

    static func bold(_ text: String) -> String { "**\(Markdown.text(text))**" }

    /// In a table a bar ends a cell even within code.
    static func code(_ text: String) -> String {
        let shown = Printable.text(text)
        return shown.contains("`") || shown.contains("|") ? Markdown.text(shown) : "`\(shown)`"
    }

    static func table(_ header: [String], _ rows: [[String]], rightAligned: Set<Int> = []) -> String {
        let rule = header.indices.map { rightAligned.contains($0) ? "---:" : "---" }
        return ([header, rule] + rows).map { "| \($0.joined(separator: " | ")) |\n" }.joined()
    }
}
