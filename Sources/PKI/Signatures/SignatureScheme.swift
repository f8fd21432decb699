import RotationModel

/// What one of the registry's signature algorithms means to a signer: its identifier, hash and padding.
struct SignatureScheme: Sendable {
    let algorithm: SignatureAlgorithm
    let objectIdentifier: ObjectIdentifier
    let hash: HashAlgorithm
    let padding: SignaturePadding

    /// Nil for an algorithm that certificates are not issued with.
    ///
    /// - Parameter pssHash: for RSASSA-PSS alone.
    init?(_ algorithm: SignatureAlgorithm, pssHash: PSSHash = .standard) {
        self.algorithm = algorithm
        switch algorithm {
        case .sha256WithRSA: (objectIdentifier, hash, padding) = (.sha256WithRSA, .sha256, .pkcs1)
        case .sha384WithRSA: (objectIdentifier, hash, padding) = (.sha384WithRSA, .sha384, .pkcs1)
        case .sha512WithRSA: (objectIdentifier, hash, padding) = (.sha512WithRSA, .sha512, .pkcs1)
        case .rsassaPSS:
            let parameters = PSSParameters(signing: HashAlgorithm(pssHash))
            (objectIdentifier, hash) = (.rsassaPSS, parameters.hash)
            padding = .pss(mask: parameters.maskHash, saltLength: parameters.saltLength)
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

    /// What an algorithm means to a key.
    ///
    /// - Parameters:
    ///   - signature: by default the one that fits the key's strength.
    ///   - pssHash: for RSASSA-PSS; by default what the key demands, else SHA-256.
    ///   - place: whose key it is, for the error.
    /// - Throws: ``RotationError/Code/configuration`` where the key cannot sign that way, with what it can do.
    static func choose(
        _ signature: SignatureAlgorithm? = nil, pssHash: PSSHash? = nil, for key: PublicKeyInfo, at place: String = ""
    ) throws(RotationError) -> SignatureScheme {
        let ability = SigningAbility(of: key)
        let hash = ability.pssHash(pssHash)
        if let algorithm = signature ?? ability.signatures.first, ability.signatures.contains(algorithm),
            algorithm != .rsassaPSS || ability.pssHashes.contains(hash),
            let scheme = SignatureScheme(algorithm, pssHash: hash)
        {
            return scheme
        }
        let wanted = signature.map { $0 == .rsassaPSS ? "\($0) and \(hash)" : $0.description } ?? "anything"
        throw RotationError(
            .configuration, "a key of \(key.algorithm) cannot sign with \(wanted)", at: place, advice: advice(ability))
    }

    private static func advice(_ ability: SigningAbility) -> String {
        let able = ability.signatures.map(\.description).joined(separator: ", ")
        let hashes = ability.pssHashes.map(\.description).joined(separator: ", ")
        return [
            ability.limit,
            able.isEmpty
                ? "authorities have RSA, EC (P-256, P-384, P-521) or DSA keys"
                : "it can sign with \(able)\(hashes.isEmpty ? "" : " (RSASSAPSS with \(hashes))")",
        ].compactMap { $0 }.joined(separator: "; ")
    }
}
