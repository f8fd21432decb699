import Basics
import Fleet
import Job
import RotationModel

/// The fleet in numbers.
package struct SummaryReport {
    let summary: InventorySummary
    let at: Timestamp
    let style: Style

    package init(_ summary: InventorySummary, at: Timestamp, style: Style = .plain) {
        self.summary = summary
        self.at = at
        self.style = style
    }

    /// Certificates by how long they last; each row holds those of the row before.
    private var horizon: [(name: String, key: String, count: Int)] {
        [
            ("expired", "expired", summary.expired), ("within 7 days", "within7Days", summary.expiringWithin7Days),
            ("within 30 days", "within30Days", summary.expiringWithin30Days),
            ("within 90 days", "within90Days", summary.expiringWithin90Days),
        ]
    }

    package var text: String {
        let head =
            style.bold(
                "\(counted(summary.devices, "device")), \(counted(summary.certificates, "certificate")), "
                    + "\(counted(summary.accounts, "account"))") + style.dim(" as of \(at)") + "\n"
        var ends = Table([.right, .left])
        for (name, _, count) in horizon {
            ends.add([
                Table.Cell(String(count)) { name == "expired" && count > 0 ? style.red($0) : $0 }, Table.Cell(name),
            ])
        }
        let orphans =
            summary.devicesWithoutActive == 0
            ? "" : "\n\(counted(summary.devicesWithoutActive, "device")) without an ACTIVE certificate\n"
        return head + "\n" + style.bold("ACTIVE certificates that end") + "\n" + ends.text
            + table("Certificates by status", summary.byStatus)
            + table("ACTIVE, by key", summary.byKeyAlgorithm) { KeyAlgorithm($0).spoken }
            + table("ACTIVE, by issuer", summary.byIssuer)
            + table("ACTIVE, by who signed them", summary.bySigner) + malformed + orphans
    }

    private var malformed: String {
        summary.malformed == 0
            ? "" : "\n\(counted(summary.malformed, "ACTIVE certificate")) not as RFC 5280 wants it (malformed)\n"
    }

    private func table(
        _ title: String, _ counts: [InventorySummary.Count], called name: (String) -> String = { $0 }
    ) -> String {
        guard !counts.isEmpty else { return "" }
        var table = Table([.right, .left])
        for count in counts { table.add([Table.Cell(String(count.count)), Table.Cell(name(count.name))]) }
        return "\n" + style.bold(title) + "\n" + table.text
    }

    package var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("version", 1)
            json.member("at", at.rfc3339)
            json.member("devices", summary.devices)
            json.member("certificates", summary.certificates)
            json.member("accounts", summary.accounts)
            json.member("devicesWithoutActive", summary.devicesWithoutActive)
            json.key("ending")
            json.object { json in
                for (_, key, count) in horizon { json.member(key, count) }
            }
            for (name, counts) in [
                ("byStatus", summary.byStatus), ("byKey", summary.byKeyAlgorithm), ("byIssuer", summary.byIssuer),
                ("bySigner", summary.bySigner),
            ] {
                json.key(name)
                json.object { json in
                    for count in counts { json.member(count.name, count.count) }
                }
            }
            json.member("malformed", summary.malformed)
        }
        json.newline()
        return json.bytes
    }
}
