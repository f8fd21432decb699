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

        /// Until when its certificates are good.
        fileprivate func lasts(_ at: Timestamp) -> Timestamp {
            if let revokedAt = configuration.revokedAt, revokedAt <= at { return Timestamp(seconds: .min) }
            return min(certificate.notAfter, configuration.retireAt ?? certificate.notAfter)
        }
    }

    private let entries: [String: Entry]
    let names: [String]
    /// The workspace's own keys, with whose they are.
    private var ownKeys: [KeyIdentity: String]

    /// - Parameter manifestKeys: Those that manifests are signed with.
    init(_ entries: [Entry], manifestKeys: [KeyIdentity] = []) {
        self.entries = Dictionary(entries.map { ($0.configuration.name, $0) }, uniquingKeysWith: { first, _ in first })
        names = entries.map(\.configuration.name)
        let ownKeys = entries.flatMap { entry in
            ([entry.certificate] + entry.chain).map {
                ($0.publicKey.identity, $0 == entry.certificate ? entry.configuration.name : $0.subject.text)
            }
        }
        self.ownKeys = Dictionary(ownKeys.map { ($0, "of authority \($1)") }, uniquingKeysWith: { first, _ in first })
        for key in manifestKeys { self.ownKeys[key] = AuthorityDirectory.manifests }
    }

    /// The same, with the key that a run signs manifests with: before the first run it is published nowhere.
    func knowing(_ keys: SigningKeys) -> AuthorityDirectory {
        var directory = self
        directory.ownKeys[keys.manifests.publicKey.identity] = AuthorityDirectory.manifests
        return directory
    }

    private static let manifests = "that signs manifests"

    /// What is wrong about a device's key that is the workspace's own; nil where it is another.
    func weakness(of key: KeyIdentity) -> String? {
        ownKeys[key].map {
            "it is the key \($0): either the device has what nobody but this job may have, or it is copied"
        }
    }

    subscript(name: String) -> Entry? { entries[name] }

    /// When the authority's certificate ends, or when it retires: nothing it signs lasts longer.
    func end(of name: String) -> Timestamp? {
        entries[name].map { min($0.certificate.notAfter, $0.configuration.retireAt ?? $0.certificate.notAfter) }
    }

    /// What ends the certificates of an issuer. Where a successor has its predecessor's name, the one that lasts longer counts: by
    /// the name alone nobody can tell them apart.
    ///
    /// - Parameters:
    ///   - issuer: RFC 4514 text.
    ///   - at: a revocation that is announced for later has not happened yet.
    func ending(issuer: String, at: Timestamp) -> AuthorityEnd? {
        let same = names.compactMap { entries[$0] }.filter { $0.certificate.subject.text == issuer }
        guard let last = same.max(by: { $0.lasts(at) < $1.lasts(at) }) else { return nil }
        let name = last.configuration.name
        if let revokedAt = last.configuration.revokedAt, revokedAt <= at { return .revoked(name: name, revokedAt) }
        if let retireAt = last.configuration.retireAt, retireAt < last.certificate.notAfter {
            return .retires(name: name, retireAt)
        }
        return .expires(name: name, last.certificate.notAfter)
    }

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
        if let revokedAt = entry.configuration.revokedAt, revokedAt <= at {
            return
                "authority \(profile.authority) was revoked on \(revokedAt) (rotation.yaml); name another in profile \(profile.name)"
        }
        if let retireAt = entry.configuration.retireAt, at >= retireAt {
            return
                "authority \(profile.authority) retired on \(retireAt) (rotation.yaml); name its successor in profile \(profile.name)"
        }
        return nil
    }

    /// What policies are checked against.
    var facts: [AuthorityFacts] {
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
