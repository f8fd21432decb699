import Policy
import RotationModel

/// The authorities of the workspace by name, as far as decisions need them: their names and dates, and which keys are the workspace's
/// own. Certificates and private keys are elsewhere.
package struct KnownAuthorities: Sendable {
    package struct Entry: Sendable {
        package let name: String
        /// Of its certificate (RFC 4514).
        package let subject: String
        /// Of its certificate.
        package let notBefore: Timestamp
        /// Of its certificate.
        package let notAfter: Timestamp
        /// Nothing that it signs lasts beyond this time; nil where it does not retire.
        package let retireAt: Timestamp?
        /// When its own certificate was revoked, or will be; nil where it is not.
        package let revokedAt: Timestamp?

        package init(
            name: String, subject: String, notBefore: Timestamp, notAfter: Timestamp, retireAt: Timestamp? = nil,
            revokedAt: Timestamp? = nil
        ) {
            self.name = name
            self.subject = subject
            self.notBefore = notBefore
            self.notAfter = notAfter
            self.retireAt = retireAt
            self.revokedAt = revokedAt
        }

        /// When its certificate ends, or when it retires: nothing it signs lasts longer.
        package var end: Timestamp { min(notAfter, retireAt ?? notAfter) }

        /// Until when its certificates are good.
        fileprivate func lasts(_ at: Timestamp) -> Timestamp {
            if let revokedAt, revokedAt <= at { return Timestamp(seconds: .min) }
            return end
        }
    }

    /// In the order of the configuration.
    package let names: [String]
    private let entries: [String: Entry]
    /// The workspace's own keys, each with the end of a sentence that says whose it is.
    private var ownKeys: [KeyIdentity: String]

    /// - Parameters:
    ///   - ownKeys: the authorities' keys and those above them, each with whose it is: a name.
    ///   - manifestKeys: those that manifests are signed with.
    package init(_ entries: [Entry], ownKeys: [(KeyIdentity, String)] = [], manifestKeys: [KeyIdentity] = []) {
        names = entries.map(\.name)
        self.entries = Dictionary(entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.ownKeys = Dictionary(ownKeys.map { ($0, "of authority \($1)") }, uniquingKeysWith: { first, _ in first })
        for key in manifestKeys { add(manifestKey: key) }
    }

    /// Before the first run it is published nowhere.
    package mutating func add(manifestKey: KeyIdentity) { ownKeys[manifestKey] = "that signs manifests" }

    package subscript(name: String) -> Entry? { entries[name] }

    /// The keys that ``weakness(of:)`` has something against.
    var weakKeys: some Sequence<KeyIdentity> { ownKeys.keys }

    /// What is wrong about a device's key that is the workspace's own; nil where it is another.
    package func weakness(of key: KeyIdentity) -> String? {
        ownKeys[key].map {
            "it is the key \($0): either the device has what nobody but this job may have, or it is copied"
        }
    }

    /// When the authority's certificate ends, or when it retires: nothing it signs lasts longer.
    package func end(of name: String) -> Timestamp? { entries[name]?.end }

    /// What ends the certificates of an issuer. Where a successor has its predecessor's name, the one that lasts longer counts: by
    /// the name alone nobody can tell them apart.
    ///
    /// - Parameters:
    ///   - issuer: RFC 4514 text.
    ///   - at: a revocation that is announced for later has not happened yet.
    package func ending(issuer: String, at: Timestamp) -> AuthorityEnd? {
        let same = names.compactMap { entries[$0] }.filter { $0.subject == issuer }
        guard let last = same.max(by: { $0.lasts(at) < $1.lasts(at) }) else { return nil }
        if let revokedAt = last.revokedAt, revokedAt <= at { return .revoked(name: last.name, revokedAt) }
        if let retireAt = last.retireAt, retireAt < last.notAfter { return .retires(name: last.name, retireAt) }
        return .expires(name: last.name, last.notAfter)
    }

    /// Why the profile's authority cannot sign at that time, or nil.
    package func obstacle(profile: IssuanceProfile, at: Timestamp) -> String? {
        let name = profile.authority
        guard let authority = entries[name] else {
            return "profile \(profile.name) names the authority \(name), which rotation.yaml does not have"
        }
        if at >= authority.notAfter {
            return
                "authority \(name) expired at \(authority.notAfter); renew it, or name another in profile \(profile.name)"
        }
        if at < authority.notBefore {
            return "authority \(name) is valid only from \(authority.notBefore)"
        }
        if let revokedAt = authority.revokedAt, revokedAt <= at {
            return
                "authority \(name) was revoked on \(revokedAt) (rotation.yaml); name another in profile \(profile.name)"
        }
        if let retireAt = authority.retireAt, at >= retireAt {
            return
                "authority \(name) retired on \(retireAt) (rotation.yaml); name its successor in profile \(profile.name)"
        }
        return nil
    }
}
