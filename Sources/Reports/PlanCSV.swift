public import Rotation
import RotationModel

/// A plan's rows as CSV (RFC 4180), for spreadsheets and line tools.
public struct PlanCSV {
    let plan: RotationPlan

    public init(_ plan: RotationPlan) { self.plan = plan }

    static let header = [
        "device", "account", "fingerprint", "not_after", "action", "reason", "reason_text", "policy", "policy_file",
        "policy_line", "until", "further", "revocation",
    ]

    /// - Parameter write: takes each piece, in order.
    public func write(_ write: ([UInt8]) throws -> Void) rethrows {
        var text = PlanCSV.line(PlanCSV.header)
        for decision in plan.decisions {
            text += PlanCSV.line([
                decision.device.text, decision.account.text, decision.fingerprint.hex, decision.notAfter.rfc3339,
                decision.action.rawValue, decision.reason.code.rawValue, decision.reason.text,
                decision.policy?.name ?? "", decision.policy?.file ?? "",
                decision.policy.map { String($0.line) } ?? "",
                decision.until?.rfc3339 ?? "", decision.further.map(\.code.rawValue).joined(separator: " "),
                decision.revocation?.name ?? "",
            ])
            if text.utf8.count > 1 << 16 {
                try write(Array(text.utf8))
                text = ""
            }
        }
        try write(Array(text.utf8))
    }

    static func line(_ fields: [String]) -> String {
        fields.map(quoted).joined(separator: ",") + "\r\n"
    }

    private static func quoted(_ field: String) -> String {
        let needsQuotes = field.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
                || byte == UInt8(ascii: "\r")
        }
        guard needsQuotes else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
