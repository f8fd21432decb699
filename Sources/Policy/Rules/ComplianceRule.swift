import RotationModel

/// What is done about a certificate that is not what its profile would issue.
package enum ComplianceAction: String, Sendable, CaseIterable { case replace, report, ignore }

/// What is done about an older `ACTIVE` certificate beside a device's current one.
package enum SupersededAction: String, Sendable, CaseIterable { case retire, report, ignore }

/// The findings that a policy acts on. What is nil is not checked.
package struct ComplianceRule: Hashable, Sendable {
    package struct Age: Hashable, Sendable {
        /// Since `notBefore`; a certificate of exactly this age is not yet too old.
        package let over: TimeSpan
        package let action: ComplianceAction

        package init(over: TimeSpan, action: ComplianceAction) {
            self.over = over
            self.action = action
        }
    }

    /// The certificate is not as RFC 5280 wants it: programs disagree on what it says, or refuse it.
    package let malformed: ComplianceAction?
    /// The key is not among the profile's, or is known to be weak.
    package let key: ComplianceAction?
    /// The signature is weaker than SHA-256, or not the profile's.
    package let signature: ComplianceAction?
    /// Another device's certificate has the same key.
    package let sharedKey: ComplianceAction?
    /// The issuer is not the profile's authority.
    package let issuer: ComplianceAction?
    /// The authority that signed it retires, ends before the certificate, or was itself revoked.
    package let authority: ComplianceAction?
    package let age: Age?
    package let superseded: SupersededAction?

    package init(
        malformed: ComplianceAction? = nil, key: ComplianceAction? = nil, signature: ComplianceAction? = nil,
        sharedKey: ComplianceAction? = nil,
        issuer: ComplianceAction? = nil, authority: ComplianceAction? = nil, age: Age? = nil,
        superseded: SupersededAction? = nil
    ) {
        self.malformed = malformed
        self.key = key
        self.signature = signature
        self.sharedKey = sharedKey
        self.issuer = issuer
        self.authority = authority
        self.age = age
        self.superseded = superseded
    }
}

/// Whether a replacement needs a new key.
package enum RekeyRule: String, Sendable, CaseIterable {
    /// Only from a CSR with a new key.
    case required
    /// The same key may be certified again.
    case allowed
}

/// Which CSRs are answered.
package enum RequestRule: String, Sendable, CaseIterable {
    /// Those alone that the device signed with the key of its current certificate, or that a person said are its own.
    case authenticated
    /// Any that proves possession of its key: whoever can write the inbox speaks for its devices.
    case any
}
