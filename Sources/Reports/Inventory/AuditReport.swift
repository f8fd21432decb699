public import Fleet
import RotationModel

/// Audit entries as they stream by.
public struct AuditReport {
    let style: Style
    let isJSON: Bool

    public init(style: Style = .plain, isJSON: Bool) {
        self.style = style
        self.isJSON = isJSON
    }

    public func line(_ entry: AuditEntry) -> [UInt8] {
        guard isJSON else { return Array(text(entry).utf8) }
        var json = JSONWriter()
        AuditReport.append(entry, to: &json)
        json.newline()
        return json.bytes
    }

    func text(_ entry: AuditEntry) -> String {
        "\(style.dim(entry.at.rfc3339))  \(style.bold(entry.action))"
            + (entry.device.map { "  \(Printable.text($0))" } ?? "") + "  by \(entry.actor)"
            + (entry.run.map { " in run \($0)" } ?? "")
            + "  \(style.dim(Printable.text(entry.detail)))\n"
    }

    static func append(_ entry: AuditEntry, to json: inout JSONWriter) {
        json.object { json in
            json.member("id", Int(entry.id))
            json.member("at", entry.at.rfc3339)
            json.key("run")
            if let run = entry.run { json.value(run) } else { json.null() }
            json.member("actor", entry.actor)
            json.member("action", entry.action)
            json.key("device")
            if let device = entry.device { json.value(device) } else { json.null() }
            json.key("detail")
            // The inventory keeps it as JSON.
            json.raw(entry.detail)
            json.member("hash", entry.hash.hex)
        }
    }
}
