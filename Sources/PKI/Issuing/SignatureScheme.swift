import RotationModel

/// What one of the registry's signature algorithms means to a signer: its identifier, hash and padding.
struct SignatureScheme: Sendable {
    let algorithm: SignatureAlgorithm
    let objectIdentifier: ObjectIdentifier
    let hash: HashAlgorithm
    let padding: SignaturePadding

    /// Nil for an algorithm that certificates are not issued with.
    init?(_ algorithm: SignatureAlgorithm) {
        self.algorithm = algorithm
        switch algorithm {
        case .sha256WithRSA: (objectIdentifier, hash, padding) = (.sha256WithRSA, .sha256, .pkcs1)
        case .sha384WithRSA: (objectIdentifier, hash, padding) = (.sha384WithRSA, .sha384, .pkcs1)
        case .sha512WithRSA: (objectIdentifier, hash, padding) = (.sha512WithRSA, .sha512, .pkcs1)
        case .rsassaPSS:
            // The salt is as long as the digest, which RFC 8017 (9.1) recommends and every verifier takes.
            (objectIdentifier, hash, padding) = (.rsassaPSS, .sha256, .pss(mask: .sha256, saltLength: 32))
        case .dsaWithSHA256: (objectIdentifier, hash, padding) = (.dsaWithSHA256, .sha256, .none)
        case .ecdsaWithSHA256: (objectIdentifier, hash, padding) = (.ecdsaWithSHA256, .sha256, .none)
        case .ecdsaWithSHA384: (objectIdentifier, hash, padding) = (.ecdsaWithSHA384, .sha384, .none)
        case .ecdsaWithSHA512: (objectIdentifier, hash, padding) = (.ecdsaWithSHA512, .sha512, .none)
        case .other: return nil
        }
    }

    /// The parameters that go into the algorithm's identifier (RFC 4055, 3.1); nil for any but RSASSA-PSS.
    var pss: PSSParameters? {
        guard case .pss(let mask, let saltLength) = padding else { return nil }
        return PSSParameters(hash: hash, maskHash: mask, saltLength: saltLength)
    }

    /// What an algorithm means to an authority's key.
    ///
    /// - Throws: ``RotationError/Code/configuration`` where the key cannot sign that way, with what it can do.
    static func choose(_ signature: SignatureAlgorithm, for authority: Authority) throws(RotationError)
        -> SignatureScheme
    {
        let algorithm = authority.key.publicKey.algorithm
        let able = algorithms(for: algorithm)
        guard let scheme = SignatureScheme(signature), able.contains(signature) else {
            let advice =
                able.isEmpty
                ? "authorities have RSA, EC (P-256, P-384, P-521) or DSA keys"
                : "it can sign with \(able.map(\.description).joined(separator: ", "))"
            throw RotationError(
                .configuration, "a key of \(algorithm) cannot sign with \(signature)",
                at: "authority \(authority.name)", advice: advice)
        }
        return scheme
    }

    /// Those of the registry's algorithms that a key can sign with, the one that fits its strength first.
    static func algorithms(for key: KeyAlgorithm) -> [SignatureAlgorithm] {
        switch key {
        case .rsa: [.sha256WithRSA, .sha384WithRSA, .sha512WithRSA, .rsassaPSS]
        case .ecdsaP256: [.ecdsaWithSHA256, .ecdsaWithSHA384, .ecdsaWithSHA512]
        case .ecdsaP384: [.ecdsaWithSHA384, .ecdsaWithSHA256, .ecdsaWithSHA512]
        case .ecdsaP521: [.ecdsaWithSHA512, .ecdsaWithSHA256, .ecdsaWithSHA384]
        case .dsa: [.dsaWithSHA256]
        case .ed25519, .other: []
        }
    }
}
