import RotationModel

/// What certificates and CRLs can be signed with by a key, as its SubjectPublicKeyInfo has it: verifiers hold signatures against that.
package struct SigningAbility: Sendable, Hashable {
    /// The registry's algorithms, the one that fits the key's strength first; none for a key that can sign nothing.
    package let signatures: [SignatureAlgorithm]
    /// The hashes for RSASSA-PSS; none where it is not among ``signatures``.
    package let pssHashes: [PSSHash]
    /// Why the key can do less than its kind could, as a sentence without a subject's name; nil where it can all of it.
    package let limit: String?

    private init(_ signatures: [SignatureAlgorithm], pss hashes: [PSSHash] = [], limit: String? = nil) {
        self.signatures = signatures
        pssHashes = hashes
        self.limit = limit
    }

    package init(of key: PublicKeyInfo) {
        switch key.algorithm {
        case .rsa(let bits): self = SigningAbility.rsa(bits: bits, key.material)
        case .ecdsaP256: self.init([.ecdsaWithSHA256, .ecdsaWithSHA384, .ecdsaWithSHA512])
        case .ecdsaP384: self.init([.ecdsaWithSHA384, .ecdsaWithSHA256, .ecdsaWithSHA512])
        case .ecdsaP521: self.init([.ecdsaWithSHA512, .ecdsaWithSHA256, .ecdsaWithSHA384])
        case .dsa: self.init([.dsaWithSHA256])
        case .other(KeyMaterial.dsaWithoutParameters):
            self.init(
                [],
                limit: "its DSA key has no parameters of its own (RFC 3279, 2.3.2, lets it take its issuer's), "
                    + "and nothing can be verified with it alone")
        case .ed25519, .other: self.init([])
        }
    }

    /// The hash that RSASSA-PSS is signed with: the one that is wanted, else what a restricted key demands, else SHA-256.
    package func pssHash(_ wanted: PSSHash?) -> PSSHash {
        wanted ?? (pssHashes.contains(.standard) ? .standard : pssHashes.first ?? .standard)
    }

    // MARK: RSA

    private static func rsa(bits: Int, _ material: KeyMaterial) -> SigningAbility {
        let hashes = PSSHash.allCases.filter { HashAlgorithm($0).fits(pssKeyOfBits: bits) }
        guard case .rsa(_, _, .pss(let restriction)) = material else {
            return SigningAbility(
                [.sha256WithRSA, .sha384WithRSA, .sha512WithRSA] + (hashes.isEmpty ? [] : [.rsassaPSS]), pss: hashes)
        }
        guard let restriction else {
            return SigningAbility([.rsassaPSS], pss: hashes, limit: "its key is for RSASSA-PSS alone (RFC 4055, 1.2)")
        }
        let able = hashes.filter { restriction.allows(PSSParameters(signing: HashAlgorithm($0))) }
        return SigningAbility(
            able.isEmpty ? [] : [.rsassaPSS], pss: able,
            limit: "its key is for \(restriction.demand) alone (RFC 4055, 3.1)")
    }
}

extension HashAlgorithm {
    init(_ hash: PSSHash) {
        self =
            switch hash {
            case .sha256: .sha256
            case .sha384: .sha384
            case .sha512: .sha512
            }
    }

    /// Whether digest, a salt of its length and two bytes more fit into an encoded message (RFC 8017, 9.1.1).
    fileprivate func fits(pssKeyOfBits bits: Int) -> Bool { (bits - 1 + 7) / 8 >= 2 * size + 2 }
}

extension PSSParameters {
    /// What is signed with here: MGF1 with the same hash, a salt as long as the digest. RFC 8017 (9.1) recommends that, and every
    /// verifier takes it.
    init(signing hash: HashAlgorithm) { self.init(hash: hash, maskHash: hash, saltLength: hash.size) }

    /// Whether a key with these parameters may make, or have made, a signature with those (RFC 4055, 3.3): hash and mask function the
    /// same, and a salt at least as long.
    func allows(_ signature: PSSParameters) -> Bool {
        signature.hash == hash && signature.maskHash == maskHash && signature.saltLength >= saltLength
            && signature.trailerField == trailerField
    }

    /// What a key with these parameters asks of a signature.
    var demand: String {
        let mask = maskHash == hash ? "" : ", MGF1 with \(maskHash)"
        let salt = saltLength <= hash.size ? "" : ", salts of \(saltLength) bytes or more"
        return "RSASSA-PSS with \(hash)\(mask)\(salt)"
    }
}
