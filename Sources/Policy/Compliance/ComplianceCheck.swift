import LocatedYAML
import RotationModel

/// One thing that a policy can find against a certificate, described once: how policy files say it, when it is so, and how it is told.
///
/// A new one is a file beside this, a line in ``all``, and a row in docs/policies.md.
struct ComplianceCheck: Sendable {
    typealias Find = @Sendable (CertificateFacts, IssuanceProfile, ComplianceRule, Timestamp) -> Bool
    typealias Tell = @Sendable (CertificateFacts, IssuanceProfile, ComplianceRule, Timestamp, Wording) -> Reason

    /// What a finding hangs on: how certificates are found that have it, without looking at each.
    enum Basis: Sendable {
        /// On what all certificates of a kind have in common: ``finds`` is asked once for all of them.
        case kind
        /// On what the inventory lists: ``CertificateFacts/malformed``.
        case malformation
        /// On what the inventory lists: ``CertificateFacts/isKeyShared``.
        case sharing
        /// On ``CertificateFacts/notBefore``, and ``ComplianceRule/oldest``.
        case age
        /// On ``CertificateFacts/authorityEnd``.
        case authority
    }

    /// In `compliance`.
    let key: RuleKey<ComplianceRule>
    let basis: Basis
    /// Cheap: asked for every certificate that is not due.
    let finds: Find
    /// Asked only where ``finds`` says so.
    let tell: Tell

    /// In the order in which findings are told; among those that replace, the first decides.
    static let all: [ComplianceCheck] = [malformed, key, signature, sharedKey, issuer, authority, age]

    init(key: RuleKey<ComplianceRule>, basis: Basis, finds: @escaping Find, tell: @escaping Tell) {
        (self.key, self.basis, self.finds, self.tell) = (key, basis, finds, tell)
    }

    /// - Parameters:
    ///   - key: whose value is an action.
    ///   - about: what is found, for the schema.
    init(_ key: String, _ about: String, basis: Basis, finds: @escaping Find, tell: @escaping Tell) {
        let schema = SchemaKind.choice(about, of: ComplianceAction.self)
        self.init(
            key: RuleKey(name: key, schema: schema) { value, rule in
                guard let action = value.choice(of: ComplianceAction.self, what: "action") else { return false }
                rule.set(key, action)
                return true
            }, basis: basis, finds: finds, tell: tell)
    }
}

extension ComplianceRule: StandardRule {
    /// The keys of `compliance`.
    static let keys: [RuleKey<ComplianceRule>] =
        ComplianceCheck.all.map(\.key) + [
            .choice("superseded", \.superseded, "An older ACTIVE certificate beside the current one.")
        ]
}
