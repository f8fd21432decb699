/// What a device asks for, as far as it matters to whether it is let in.
package enum RouteKind: String, Sendable, CaseIterable {
    case manifest
    case keys
    case chain
    case crl
    case csr
    case ack
    /// Enrolment over secure transport (RFC 7030).
    case est
    /// To use another server (a broker), which asks here first.
    case connection

    /// Whether a replacement that its device has not confirmed yet is enough: to learn what to do, and to confirm.
    var admitsPending: Bool {
        switch self {
        case .manifest, .keys, .chain, .crl, .ack: true
        case .csr, .est, .connection: false
        }
    }

    /// Whether an expired certificate is enough where the policy replaces such: to be replaced.
    var admitsExpired: Bool {
        switch self {
        case .manifest, .csr, .est: true
        case .keys, .chain, .crl, .ack, .connection: false
        }
    }
}
