import Planning
import RotationModel

/// How much a finding matters to who reads a report.
enum Severity: String, CaseIterable {
    case critical
    case warning
    case notice

    var title: String {
        switch self {
        case .critical: "Critical"
        case .warning: "Warning"
        case .notice: "Notice"
        }
    }

    /// What lets somebody else in, or a device out.
    private static let criticalCodes: Set<ReasonCode> = [
        .revoked, .deadline, .authorityRevoked, .weakKey, .sharedKey, .expired, .authority, .subject,
    ]
    private static let warningCodes: Set<ReasonCode> = [.weakSignature, .authorityRetiring, .issuer, .age, .uncovered]

    init(_ code: ReasonCode) {
        self =
            Severity.criticalCodes.contains(code)
            ? .critical : Severity.warningCodes.contains(code) ? .warning : .notice
    }

    var badge: HTML { "<span class=\"badge \(tone)\">\(title)</span>" }

    private var tone: String {
        switch self {
        case .critical: "bad"
        case .warning: "watch"
        case .notice: "plain"
        }
    }
}

extension ReasonCode {
    /// What a finding by this code means.
    var finding: String {
        switch self {
        case .expiring: "ends soon, by the policy's renewBefore"
        case .expired: "is past its notAfter"
        case .revoked: "a revocation names it, its ancestor or its key"
        case .malformed: "is not written as RFC 5280 wants it"
        case .weakKey: "has a key that is weak, or that the profile does not take"
        case .weakSignature: "is signed by a weak algorithm, or not by the profile's"
        case .sharedKey: "another device has the same key"
        case .age: "is older than the policy lets it become"
        case .superseded: "is an older one beside its device's current certificate"
        case .issuer: "is not of the profile's authority"
        case .authorityRetiring: "its authority ends or retires before it does"
        case .authorityRevoked: "its authority was revoked"
        case .confirmed: "its replacement is proved"
        case .deadline: "the deadline of its revocation is over"
        case .authority: "cannot be replaced: the authority cannot sign"
        case .subject: "cannot be replaced: no subject can be made for the device"
        case .uncovered: "no policy matches its device"
        default: ""
        }
    }
}

extension ActionName {
    var badge: HTML { "<span class=\"badge \(tone)\">\(rawValue)</span>" }

    /// A class of the style sheet.
    var tone: String {
        switch self {
        case .issue, .requestCSR, .retire: "good"
        case .hold, .report, .uncovered: "watch"
        case .revoke, .blocked: "bad"
        }
    }
}
