import Planning
import RotationModel

/// A plan's rows as CSV (RFC 4180), for spreadsheets and line tools.
package struct PlanCSV {
    let plan: RotationPlan
    let reader: CSVWriter.Reader

    /// - Parameter isRaw: whether texts stay letter by letter, even where a spreadsheet would take one for a formula.
    package init(_ plan: RotationPlan, isRaw: Bool = false) {
        self.plan = plan
        reader = isRaw ? .programs : .people
    }

    static let header = [
        "device", "account", "fingerprint", "not_after", "action", "reason", "reason_text", "policy", "policy_file",
        "policy_line", "until", "further", "revocation",
    ]

    /// - Parameter write: takes each piece, in order.
    package func write(_ write: ([UInt8]) throws -> Void) rethrows {
        var csv = CSVWriter(for: reader)
        PlanCSV.header.forEach { csv.value($0) }
        csv.endRow()
        for decision in plan.decisions {
            PlanCSV.append(decision, to: &csv)
            if csv.bytes.count > 1 << 16 { try write(csv.drain()) }
        }
        try write(csv.drain())
    }

    private static func append(_ decision: Decision, to csv: inout CSVWriter) {
        csv.text(decision.device.text)
        csv.text(decision.account.text)
        csv.value(decision.fingerprint.hex)
        csv.value(decision.notAfter.rfc3339)
        csv.value(decision.action.name.rawValue)
        csv.value(decision.reason.code.rawValue)
        csv.text(decision.reason.text)
        csv.text(decision.policy?.name ?? "")
        csv.text(decision.policy?.file ?? "")
        csv.value(decision.policy.map { String($0.line) } ?? "")
        csv.value(decision.hold?.until?.rfc3339 ?? "")
        csv.value(decision.further.map(\.code.rawValue).joined(separator: " "))
        csv.text(decision.revocation?.name ?? "")
        csv.endRow()
    }
}
