/// Why a certificate is revoked, by RFC 5280's names (5.3.1).
///
/// `certificateHold` and `removeFromCRL` are left out: a certificate that is REVOKED here stays so, and delta CRLs are not made.
package enum RevocationReason: String, Sendable, CaseIterable {
    case unspecified
    /// The private key is, or may be, in other hands.
    case keyCompromise
    case cACompromise
    case affiliationChanged
    case superseded
    case cessationOfOperation
    case privilegeWithdrawn
    case aACompromise

    /// The CRLReason's value.
    package var crlReason: UInt8 {
        switch self {
        case .unspecified: 0
        case .keyCompromise: 1
        case .cACompromise: 2
        case .affiliationChanged: 3
        case .superseded: 4
        case .cessationOfOperation: 5
        case .privilegeWithdrawn: 9
        case .aACompromise: 10
        }
    }

    /// How grave it is: of two reasons for one certificate the greater stands. What somebody else may do with a key comes before what its
    /// owner may do no more, and that before what is only over.
    package var gravity: Int {
        switch self {
        case .keyCompromise: 7
        case .cACompromise: 6
        case .aACompromise: 5
        case .privilegeWithdrawn: 4
        case .affiliationChanged: 3
        case .cessationOfOperation: 2
        case .superseded: 1
        case .unspecified: 0
        }
    }

    /// Whether what hangs on the certificate goes with it: what was issued by renewing it, and whatever has its key.
    ///
    /// Whoever holds a stolen key can renew the certificate, so revoking the one alone would leave the thief the other.
    package var reachesDescendants: Bool { self == .keyCompromise }
}

/// How a revocation is carried out.
package enum RevocationMode: String, Sendable, CaseIterable {
    /// At once. The device is not given another certificate.
    case revokeNow = "revoke-now"
    /// The device gets a replacement first; the old certificate goes when the new one is confirmed, or at the deadline.
    case replaceThenRevoke = "replace-then-revoke"
}

/// Why a revocation reaches a certificate.
package enum RevocationReach: String, Sendable, CaseIterable {
    /// It is one of those that were named.
    case matched
    /// It was issued by renewing one that is revoked for keyCompromise.
    case descendant
    /// It has the key of one that is revoked for keyCompromise.
    case sharedKey = "shared-key"
}
