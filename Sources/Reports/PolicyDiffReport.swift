import Basics
import Planning
import RotationModel

/// What a change of policies does, for people at a terminal.
package struct PolicyDiffText {
    let diff: PolicyDiff
    let style: Style

    package init(_ diff: PolicyDiff, style: Style = .plain) {
        self.diff = diff
        self.style = style
    }

    package var text: String {
        [headline, kinds, moves, profiles, guards, rows].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var headline: String {
        style.bold(diff.headline.prefix(1).uppercased() + diff.headline.dropFirst()) + "\n"
            + style.dim(
                "From \(diff.old.name) (\(diff.old.edition.digest.prefix(19))…) to \(diff.new.name) "
                    + "(\(diff.new.edition.digest.prefix(19))…), as of \(diff.at): \(counted(diff.deviceCount, "device")). "
                    + "Nothing was changed.") + "\n"
    }

    private var kinds: String {
        var table = Table([.right, .right, .left, .left])
        for (kind, count) in diff.counts where count > 0 {
            table.add([
                Table.Cell(String(count)), Table.Cell(diff.share(count)), Table.Cell(kind.rawValue, kind.paint(style)),
                Table.Cell(kind.meaning),
            ])
        }
        return table.text
    }

    private var moves: String {
        guard !diff.policyMoves.isEmpty else { return "" }
        var table = Table([.right, .left, .left])
        for move in diff.policyMoves.prefix(10) {
            table.add([
                Table.Cell(String(move.count)),
                Table.Cell("\(move.from ?? "no policy") → \(move.to ?? "no policy")"),
                Table.Cell(style.dim(move.exampleText)),
            ])
        }
        return style.bold("Devices under another policy") + "\n" + table.text
    }

    private var profiles: String {
        guard !diff.profileMoves.isEmpty || !diff.profileEdits.isEmpty else { return "" }
        return style.bold("Profiles") + "\n" + diff.profileLines.map { "  \(Printable.text($0))\n" }.joined()
    }

    private var guards: String {
        diff.newGuards.map { style.red("A guard would stop a run: ") + Printable.text($0) + "\n" }.joined()
    }

    private var rows: String {
        guard !diff.rows.isEmpty else { return "" }
        var table = Table([.left, .left, .left, .left])
        table.addHeader(["DEVICE", "WAS", "IS", "WHY"], style)
        let shown = diff.examples(20)
        for row in shown {
            guard let subject = row.subject else { continue }
            table.add([
                Table.Cell(subject.device.text), Table.Cell(row.old.short), Table.Cell(row.new.short),
                Table.Cell(row.new?.reason.sentence ?? "nothing to do"),
            ])
        }
        let title =
            shown.count < diff.rows.count
            ? "\(shown.count) of the \(diff.rows.count) certificates about which the two decide differently"
            : "Every certificate about which the two decide differently"
        let all = shown.count < diff.rows.count ? "\nAll of them: --format json\n" : ""
        return style.bold(title) + "\n" + table.text + all
    }
}

/// The same for a pull request: GitHub-flavoured Markdown.
package struct PolicyDiffMarkdown {
    let diff: PolicyDiff

    package init(_ diff: PolicyDiff) { self.diff = diff }

    package var text: String {
        [headline, kinds, guards, moves, profiles, rows].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var headline: String {
        "### Rotation policies: \(diff.headline)\n\n"
            + "From \(Markdown.code(diff.old.name)) to \(Markdown.code(diff.new.name)), as of \(diff.at), over "
            + "\(counted(diff.deviceCount, "device")) with \(counted(diff.certificateCount, "certificate")).\n"
    }

    private var kinds: String {
        let counts = diff.counts.filter { $0.count > 0 }
        guard !counts.isEmpty else { return "" }
        return Markdown.table(
            ["", "Count", "Of the fleet", ""],
            counts.map { [Markdown.bold($0.kind.rawValue), String($0.count), diff.share($0.count), $0.kind.meaning] },
            rightAligned: [1, 2])
    }

    private var guards: String {
        guard !diff.newGuards.isEmpty else { return "" }
        return "> [!WARNING]\n" + diff.newGuards.map { "> A guard would stop a run: \(Markdown.text($0))\n" }.joined()
    }

    private var moves: String {
        guard !diff.policyMoves.isEmpty else { return "" }
        return "#### Devices under another policy\n\n"
            + Markdown.table(
                ["From", "To", "Devices", "For example"],
                diff.policyMoves.prefix(20).map { move in
                    [
                        move.from.map(Markdown.code) ?? "no policy", move.to.map(Markdown.code) ?? "no policy",
                        String(move.count), move.examples.map { Markdown.code($0.text) }.joined(separator: ", "),
                    ]
                }, rightAligned: [2])
    }

    private var profiles: String {
        let lines = diff.profileLines
        guard !lines.isEmpty else { return "" }
        return "#### Profiles\n\n" + lines.map { "- \(Markdown.text($0))\n" }.joined()
    }

    private var rows: String {
        let shown = diff.examples(30)
        guard !shown.isEmpty else { return "" }
        let title =
            shown.count < diff.rows.count
            ? "\(shown.count) of the \(diff.rows.count) certificates about which the two decide differently"
            : "The \(counted(shown.count, "certificate")) about which the two decide differently"
        return "<details>\n<summary>\(title)</summary>\n\n"
            + Markdown.table(
                ["Device", "Was", "Is", "Why"],
                shown.compactMap { row in
                    row.subject.map { subject in
                        [
                            Markdown.code(subject.device.text), row.old.short, row.new.short,
                            Markdown.text(row.new?.reason.sentence ?? "nothing to do"),
                        ]
                    }
                }) + "\n</details>\n"
    }
}

/// The same for programs.
package struct PolicyDiffJSON {
    let diff: PolicyDiff

    package init(_ diff: PolicyDiff) { self.diff = diff }

    /// - Parameter write: takes each piece, in order.
    package func write(_ write: ([UInt8]) throws -> Void) rethrows {
        var json = JSONWriter(reservingCapacity: 1 << 16)
        json.openObject()
        json.member("version", 1)
        json.member("at", diff.at.rfc3339)
        json.key("old")
        append(diff.old, to: &json)
        json.key("new")
        append(diff.new, to: &json)
        json.key("inventory")
        json.object { json in
            json.member("devices", diff.deviceCount)
            json.member("certificates", diff.certificateCount)
        }
        json.key("summary")
        json.object { json in for (kind, count) in diff.counts { json.member(kind.rawValue, count) } }
        appendGroups(to: &json)
        json.key("changes")
        json.openArray()
        for row in diff.rows {
            json.newlineBetweenValues()
            append(row, to: &json)
            if json.bytes.count > 1 << 16 { try write(json.drain()) }
        }
        json.closeArray()
        json.closeObject()
        json.newline()
        try write(json.drain())
    }

    private func append(_ side: PolicyDiff.Side, to json: inout JSONWriter) {
        json.object { json in
            json.member("name", side.name)
            json.member("digest", side.edition.digest)
            json.member("files", side.edition.files)
            json.member("policies", side.policies)
            json.key("summary")
            json.object { json in for (action, count) in side.summary { json.member(action.rawValue, count) } }
            json.key("guards")
            json.array { json in side.guards.forEach { json.value($0) } }
        }
    }

    private func appendGroups(to json: inout JSONWriter) {
        json.key("actions")
        json.array { json in
            for (from, to, count) in diff.actions {
                json.object { json in
                    json.member("from", optional: from?.rawValue)
                    json.member("to", optional: to?.rawValue)
                    json.member("count", count)
                }
            }
        }
        json.key("policies")
        json.array { json in for move in diff.policyMoves { append(move, to: &json) } }
        json.key("profiles")
        json.array { json in for move in diff.profileMoves { append(move, to: &json) } }
        json.key("profileEdits")
        json.array { json in
            for edit in diff.profileEdits {
                json.object { json in
                    json.member("name", edit.name)
                    json.member("devices", edit.devices)
                    json.key("changes")
                    json.array { json in
                        for line in edit.lines {
                            json.object { json in
                                json.member("key", line.key)
                                json.member("old", line.old)
                                json.member("new", line.new)
                            }
                        }
                    }
                }
            }
        }
    }

    private func append(_ move: PolicyDiff.Move, to json: inout JSONWriter) {
        json.object { json in
            json.member("from", optional: move.from)
            json.member("to", optional: move.to)
            json.member("count", move.count)
            json.key("examples")
            json.array { json in for device in move.examples { json.value(device.text) } }
        }
    }

    private func append(_ row: PolicyDiff.Row, to json: inout JSONWriter) {
        guard let subject = row.subject else { return }
        json.object { json in
            json.member("device", subject.device.text)
            json.member("account", subject.account.text)
            json.member("fingerprint", subject.fingerprint.hex)
            json.member("notAfter", subject.notAfter.rfc3339)
            json.key("kinds")
            json.array { json in for kind in row.kinds { json.value(kind.rawValue) } }
            for (name, decision) in [("old", row.old), ("new", row.new)] {
                json.key(name)
                guard let decision else {
                    json.null()
                    continue
                }
                json.object { json in
                    json.member("action", decision.action.name.rawValue)
                    json.key("reason")
                    json.object { json in
                        json.member("code", decision.reason.code.rawValue)
                        json.member("text", decision.reason.text)
                    }
                    json.member("policy", optional: decision.policy?.name)
                    if let revocation = decision.revocation { json.member("revocation", revocation.name) }
                }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, optional text: String?) {
        key(name)
        if let text { value(text) } else { null() }
    }
}
