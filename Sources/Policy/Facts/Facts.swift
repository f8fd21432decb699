import RotationModel

/// What policies ask of a device.
package struct DeviceFacts: Sendable {
    package let device: DeviceID
    package let account: AccountID
    package let labels: [String: String]

    package init(device: DeviceID, account: AccountID, labels: [String: String]) {
        self.device = device
        self.account = account
        self.labels = labels
    }
}

/// What policies ask of a certificate.
package struct CertificateFacts: Sendable {
    package let notBefore: Timestamp
    /// The last second in which it is valid.
    package let notAfter: Timestamp
    package let key: KeyAlgorithm
    /// The same for people, who know a curve by its name.
    package var keyName: String { naming(key) }
    private let naming: @Sendable (KeyAlgorithm) -> String
    /// Why its key is known to be weak, in a few words (`RSA of fewer than 2048 bits`); nil where nothing is known against it.
    package let keyWeakness: String?
    /// Whether another device has a certificate with the same key.
    package let isKeyShared: Bool
    /// One such device, for the reason's text, where it is known.
    package let sharedWith: DeviceID?
    package let signature: SignatureAlgorithm
    /// Whether its signature is weaker than SHA-256.
    package let isSignatureWeak: Bool
    /// The issuer's name as RFC 4514 text.
    package let issuer: String
    /// What ends its authority before it ends itself; nil where its issuer is none of the workspace's authorities, or is
    /// good for longer than the certificate.
    package let authorityEnd: AuthorityEnd?
    /// Whether its key was revoked for keyCompromise, on whatever certificate: it is never certified again.
    package let isKeyRefused: Bool
    /// Whether it is signed by its own key, as far as that is known.
    package let isSelfSigned: Bool
    /// What is not as RFC 5280 wants it, in a few words; nil where nothing is.
    package let malformed: String?
    /// When its device last spoke to the gate.
    package let contact: Contact

    package init(
        notBefore: Timestamp, notAfter: Timestamp, key: KeyAlgorithm,
        keyName: @escaping @Sendable (KeyAlgorithm) -> String = \.description, keyWeakness: String? = nil,
        isKeyShared: Bool = false, sharedWith: DeviceID? = nil, signature: SignatureAlgorithm,
        isSignatureWeak: Bool = false, issuer: String, authorityEnd: AuthorityEnd? = nil, isKeyRefused: Bool = false,
        isSelfSigned: Bool = false, malformed: String? = nil, contact: Contact = .unknown
    ) {
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.key = key
        naming = keyName
        self.keyWeakness = keyWeakness
        self.isKeyShared = isKeyShared || sharedWith != nil
        self.sharedWith = sharedWith
        self.signature = signature
        self.isSignatureWeak = isSignatureWeak
        self.issuer = issuer
        self.authorityEnd = authorityEnd
        self.isKeyRefused = isKeyRefused
        self.isSelfSigned = isSelfSigned
        self.malformed = malformed
        self.contact = contact
    }
}

/// What selection asks: equal for many devices of a fleet, so that it is evaluated once for all of them.
package struct SelectorFacts: Hashable, Sendable {
    package let account: String
    package let labels: [String: String]
    /// The issuer's name of the current certificate, as RFC 4514 text.
    package let issuer: String

    package init(account: String, labels: [String: String], issuer: String) {
        self.account = account
        self.labels = labels
        self.issuer = issuer
    }
}

/// What policies are checked against: an authority that `rotation.yaml` names.
package struct AuthorityFacts: Sendable {
    package let name: String
    /// Its subject as RFC 4514 text, written as the issuer of certificates is.
    package let subject: String
    /// The signatures that its key can make.
    package let signatures: [SignatureAlgorithm]
    /// The hashes that its key can make RSASSA-PSS signatures with.
    package let pssHashes: [PSSHash]
    /// Why its key can do less than its kind could, for messages.
    package let limit: String?
    package let notAfter: Timestamp

    package init(
        name: String, subject: String, signatures: [SignatureAlgorithm], pssHashes: [PSSHash] = PSSHash.allCases,
        limit: String? = nil, notAfter: Timestamp
    ) {
        self.name = name
        self.subject = subject
        self.signatures = signatures
        self.pssHashes = pssHashes
        self.limit = limit
        self.notAfter = notAfter
    }
}
