import Planning
import RotationModel

extension ActionName {
    /// What the action means, for a reader who sees it for the first time.
    var meaning: String {
        switch self {
        case .issue: "a replacement is issued now"
        case .requestCSR: "the device is asked for a CSR with a new key"
        case .revoke: "the certificate is revoked"
        case .retire: "an older certificate becomes INACTIVE: the device has proved its new key, or has another"
        case .hold: "due, and held back for now"
        case .blocked: "due, and cannot go on: somebody has to act"
        case .report: "a finding that the policy only reports"
        case .uncovered: "no policy covers the device; it is never touched"
        }
    }

    func paint(_ style: Style) -> (String) -> String {
        switch self {
        case .issue: { style.green($0) }
        case .requestCSR, .retire: { $0 }
        case .hold, .report, .uncovered: { style.yellow($0) }
        case .revoke, .blocked: { style.red($0) }
        }
    }
}

extension Reason {
    /// Code and text for people, who need not read one word twice.
    var sentence: String {
        text.hasPrefix(code.rawValue) || code == .expiring ? text : "\(code.rawValue): \(text)"
    }
}
