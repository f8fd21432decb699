import PKI
import Policy
import RotationModel

/// The authorities of the workspace by name, as far as decisions need them: certificates, never keys.
struct AuthorityDirectory: Sendable {
    struct Entry: Sendable {
        let configuration: AuthorityConfiguration
        let certificate: Certificate
        /// Certificates that a device needs above it.
        let chain: [Certificate]
    }

    private let entries: [String: Entry]
    let names: [String]

    init(_ entries: [Entry]) {
        self.entries = Dictionary(entries.map { ($0.configuration.name, $0) }, uniquingKeysWith: { first, _ in first })
        names = entries.map(\.configuration.name)
    }

    subscript(name: String) -> Entry? { entries[name] }

    /// The end of the authority's certificate: nothing it signs lasts longer.
    func end(of name: String) -> Timestamp? { entries[name]?.certificate.notAfter }

    /// Why the profile's authority cannot sign at that time, or nil.
    func obstacle(profile: IssuanceProfile, at: Timestamp) -> String? {
        guard let entry = entries[profile.authority] else {
            return "profile \(profile.name) names the authority \(profile.authority), which rotation.yaml does not have"
        }
        let certificate = entry.certificate
        if at >= certificate.notAfter {
            return
                "authority \(profile.authority) expired at \(certificate.notAfter); renew it, or name another in profile \(profile.name)"
        }
        if at < certificate.notBefore {
            return "authority \(profile.authority) is valid only from \(certificate.notBefore)"
        }
        return nil
    }

    /// What policies are checked against.
    var facts: [AuthorityFacts] {
        names.compactMap { name in
            entries[name].map { entry in
                AuthorityFacts(
                    name: name, subject: entry.certificate.subject.text,
                    signatures: CertificateSigner.algorithms(for: entry.certificate.publicKey.algorithm),
                    notAfter: entry.certificate.notAfter)
            }
        }
    }
}
