import PKI
import Planning
import Policy
import RotationModel

/// The authorities of the workspace by name: their configuration and certificates, never keys.
package struct AuthorityDirectory: Sendable {
    package struct Entry: Sendable {
        package let configuration: AuthorityConfiguration
        package let certificate: Certificate
        /// Certificates that a device needs above it.
        package let chain: [Certificate]

        package init(configuration: AuthorityConfiguration, certificate: Certificate, chain: [Certificate]) {
            self.configuration = configuration
            self.certificate = certificate
            self.chain = chain
        }
    }

    /// In the order of the configuration.
    package let names: [String]
    private let entries: [String: Entry]
    /// What decisions need to know of them.
    package private(set) var known: KnownAuthorities

    /// - Parameter manifestKeys: Those that manifests are signed with.
    package init(_ entries: [Entry], manifestKeys: [KeyIdentity] = []) {
        names = entries.map(\.configuration.name)
        self.entries = Dictionary(entries.map { ($0.configuration.name, $0) }, uniquingKeysWith: { first, _ in first })
        known = KnownAuthorities(
            entries.map(\.known),
            ownKeys: entries.flatMap { entry in
                ([entry.certificate] + entry.chain).map {
                    ($0.publicKey.identity, $0 == entry.certificate ? entry.configuration.name : $0.subject.text)
                }
            },
            manifestKeys: manifestKeys)
    }

    /// The same, with the key that a run signs manifests with: before the first run it is published nowhere.
    package func knowing(manifestKey: KeyIdentity) -> AuthorityDirectory {
        var directory = self
        directory.known.add(manifestKey: manifestKey)
        return directory
    }

    package subscript(name: String) -> Entry? { entries[name] }

    /// In the order of ``names``.
    package var configurations: [AuthorityConfiguration] { names.compactMap { entries[$0]?.configuration } }

    /// What policies are checked against.
    package var facts: [AuthorityFacts] {
        names.compactMap { name in
            entries[name].map { entry in
                let ability = SigningAbility(of: entry.certificate.publicKey)
                return AuthorityFacts(
                    name: name, subject: entry.certificate.subject.text, signatures: ability.signatures,
                    pssHashes: ability.pssHashes, limit: ability.limit, notAfter: entry.certificate.notAfter)
            }
        }
    }
}

extension AuthorityDirectory.Entry {
    fileprivate var known: KnownAuthorities.Entry {
        KnownAuthorities.Entry(
            name: configuration.name, subject: certificate.subject.text, notBefore: certificate.notBefore,
            notAfter: certificate.notAfter, retireAt: configuration.retireAt, revokedAt: configuration.revokedAt)
    }
}
