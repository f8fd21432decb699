import Basics
import Fleet
import RotationModel

extension AuditFault {
    /// What was found, in a sentence without a full stop.
    package var sentence: String {
        switch self {
        case .broken(let entry):
            "the audit's chain is broken at entry \(entry): it or one before it was changed"
        case .rewritten(let anchor, let intact):
            "the audit was written anew: entry \(anchor.entries) has another hash than the anchor \(anchor.hash.hex.prefix(16))… says; "
                + (intact == 0 ? "what came before is in doubt" : "up to entry \(intact) it is as it was")
        case .cut(let anchor, let last):
            "the audit's end was cut off: it ends with entry \(last), and an anchor knows of entry \(anchor.entries)"
        }
    }
}

extension PlanDocument {
    /// The newest point of the audit, beside what a report is about; left out where there is none.
    static func append(_ anchor: AuditAnchor?, to json: inout JSONWriter) {
        guard let anchor else { return }
        json.key("audit")
        json.object { json in
            json.member("entries", Int(anchor.entries))
            json.member("hash", anchor.hash.hex)
        }
    }
}

/// Audit entries as they stream by. One that somebody altered is told like any other, and cannot drive a terminal or break the JSON.
package struct AuditReport {
    let style: Style
    let isJSON: Bool

    package init(style: Style = .plain, isJSON: Bool) {
        self.style = style
        self.isJSON = isJSON
    }

    /// The longest detail and the longest word that are shown to people, in characters: none that the program writes is longer.
    private static let longest = (detail: 4096, word: 256)

    package func line(_ entry: AuditEntry) -> [UInt8] {
        guard isJSON else { return Array(text(entry).utf8) }
        var json = JSONWriter()
        AuditReport.append(entry, to: &json)
        json.newline()
        return json.bytes
    }

    func text(_ entry: AuditEntry) -> String {
        let device = entry.device.map { "  \(word($0))" } ?? ""
        let run = entry.run.map { " in run \(word($0.text))" } ?? ""
        let altered =
            entry.unreadable.isEmpty
            ? "" : "  " + style.red("entry \(entry.id) was altered: \(entry.unreadable.joined(separator: ", "))")
        let detail = style.dim(AuditReport.shown(entry.detail, AuditReport.longest.detail))
        return "\(style.dim(entry.at.rfc3339))  \(style.bold(word(entry.action)))\(device)"
            + "  by \(word(entry.actor))\(run)  \(detail)\(altered)\n"
    }

    private func word(_ text: String) -> String { AuditReport.shown(text, AuditReport.longest.word) }

    private static func shown(_ text: String, _ longest: Int) -> String {
        let scalars = text.unicodeScalars
        guard text.utf8.count > longest,
            let end = scalars.index(
                scalars.startIndex, offsetBy: longest, limitedBy: scalars.endIndex), end != scalars.endIndex
        else { return Printable.text(text) }
        return Printable.text(text[..<end]) + "… (\(text.utf8.count) bytes)"
    }

    static func append(_ entry: AuditEntry, to json: inout JSONWriter) {
        json.object { json in
            json.member("id", Int(entry.id))
            json.member("at", entry.at.rfc3339)
            json.key("run")
            if let run = entry.run { json.value(run.text) } else { json.null() }
            json.member("actor", entry.actor)
            json.member("action", entry.action)
            json.key("device")
            if let device = entry.device { json.value(device) } else { json.null() }
            json.key("detail")
            append(detail: entry.detail, to: &json)
            json.key("hash")
            if let hash = entry.hash { json.value(hash.hex) } else { json.null() }
            if !entry.unreadable.isEmpty {
                json.key("altered")
                json.array { json in entry.unreadable.forEach { json.value($0) } }
            }
        }
    }

    /// The inventory keeps it as JSON on one line. Anything else is a text here, whatever it was made to look like.
    private static func append(detail: String, to json: inout JSONWriter) {
        let isOneLine = detail.utf8.allSatisfy { $0 >= 0x20 }
        if isOneLine, case .object? = try? JSONValue(parsing: Array(detail.utf8)) {
            json.raw(detail)
        } else {
            json.value(detail)
        }
    }
}
