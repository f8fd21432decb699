import RotationModel

/// Which certificates a revocation names. All conditions that are given must hold; of a list, one must.
package struct CertificateSelector: Sendable, Hashable {
    /// SHA-256 of the DER; empty where any will do.
    package let fingerprints: Set<Fingerprint>
    /// Empty where any will do.
    package let serials: Set<SerialPattern>
    /// Names of which the issuer must be one; empty where any will do.
    package let issuers: [DistinguishedNameText]
    /// SHA-256 of the SubjectPublicKeyInfo; empty where any will do.
    package let keys: Set<KeyFingerprint>
    /// The certificate's `notBefore` lies before it; nil where any will do.
    package let issuedBefore: Timestamp?
    /// Kinds of key, `key:` in files; empty where any will do.
    package let keyKinds: [KeyPattern]
    /// Empty where any will do.
    package let signatures: [SignatureAlgorithm]
    /// Whether another device must have a certificate with the same key.
    package let sharedKey: Bool

    package init(
        fingerprints: Set<Fingerprint> = [], serials: Set<SerialPattern> = [], issuers: [DistinguishedNameText] = [],
        keys: Set<KeyFingerprint> = [], issuedBefore: Timestamp? = nil, keyKinds: [KeyPattern] = [],
        signatures: [SignatureAlgorithm] = [], sharedKey: Bool = false
    ) {
        self.fingerprints = fingerprints
        self.serials = serials
        self.issuers = issuers
        self.keys = keys
        self.issuedBefore = issuedBefore
        self.keyKinds = keyKinds
        self.signatures = signatures
        self.sharedKey = sharedKey
    }

    /// Whether it is for every certificate.
    package var isEmpty: Bool { issuers.isEmpty && !asksBeyondIssuer }

    /// Whether anything but the issuer is asked for.
    var asksBeyondIssuer: Bool {
        !fingerprints.isEmpty || !serials.isEmpty || !keys.isEmpty || issuedBefore != nil || !keyKinds.isEmpty
            || !signatures.isEmpty || sharedKey
    }

    package func matches(_ certificate: RevocableFacts) -> Bool {
        matchesApartFromIssuer(certificate) && matches(issuer: certificate.issuer)
    }

    /// Whether it may name certificates with such a key and such a signature.
    package func mayMatch(key: KeyAlgorithm, signature: SignatureAlgorithm) -> Bool {
        (keyKinds.isEmpty || keyKinds.contains { $0.matches(key) })
            && (signatures.isEmpty || signatures.contains(signature))
    }

    /// Everything but the issuer: comparisons of numbers, fit for a scan of a fleet.
    package func matchesApartFromIssuer(_ certificate: RevocableFacts) -> Bool {
        (issuedBefore.map { certificate.notBefore < $0 } ?? true)
            && (!sharedKey || certificate.isKeyShared)
            && (fingerprints.isEmpty || fingerprints.contains(certificate.fingerprint))
            && (keys.isEmpty || keys.contains(certificate.keyFingerprint)
                || !keys.isDisjoint(with: certificate.otherKeyFingerprints))
            && mayMatch(key: certificate.key, signature: certificate.signature)
            && (serials.isEmpty || serials.contains(SerialPattern(certificate.serialNumber)))
    }

    /// The issuer alone: worth asking once for all certificates of one issuer.
    ///
    /// - Parameter issuer: as RFC 4514 text.
    package func matches(issuer: String) -> Bool {
        issuers.isEmpty || issuers.contains { $0.isSame(as: issuer) }
    }
}
