/// Why a certificate is acted on, by the stable names that reports, manifests and audit entries carry.
package enum ReasonCode: String, Sendable, CaseIterable {
    case expiring
    case expired
    case revoked
    /// The certificate is not as RFC 5280 wants it.
    case malformed
    /// What is stored of the certificate is not what was issued.
    case damaged
    case weakKey = "weak-key"
    case weakSignature = "weak-signature"
    case sharedKey = "shared-key"
    case age
    case superseded
    case issuer
    case authorityRetiring = "authority-retiring"
    /// The authority that signed the certificate was itself revoked.
    case authorityRevoked = "authority-revoked"
    case confirmed
    case deadline
    /// Held: outside the windows of its policy.
    case window
    /// Held: by a change freeze of its policy.
    case freeze
    /// Held: devices of an earlier wave have not confirmed yet.
    case wave
    /// Held: too many of its policy failed, and nobody has resumed it.
    case halted
    /// Held: more were due than one run may issue, by its policy or by `run --limit`.
    case rate
    /// CSRs with different keys were handed in for one device, and nobody knows which is the device's.
    case conflictingRequests = "conflicting-requests"
    /// Blocked: the authority cannot sign now.
    case authority
    /// Blocked: no subject or alternative name can be made for this device.
    case subject
    /// No policy covers the device.
    case uncovered
}

/// A reason code and the sentence that explains it in this case.
package struct Reason: Hashable, Sendable {
    package let code: ReasonCode
    package let text: String

    package init(_ code: ReasonCode, _ text: String) {
        self.code = code
        self.text = text
    }
}

/// How much is said about a reason.
package enum Wording: Sendable {
    case sentences
    /// The code alone; the text stays empty. For who counts reasons and shows none: sentences cost more than decisions.
    case codes
}

extension Reason {
    /// - Parameter text: made only where the wording has sentences.
    package init(_ code: ReasonCode, in wording: Wording, _ text: @autoclosure () -> String) {
        self.init(code, wording == .sentences ? text() : "")
    }
}
