import RotationModel

/// A private key's place in a PKCS#11 token, which makes its signatures.
protocol KeyToken: Sendable {
    /// For errors: its URI (RFC 7512).
    var name: String { get }

    /// How many may sign at once; at least 1.
    var sessions: Int { get }

    /// - Parameter key: the public half.
    /// - Throws: ``RotationError/Code/configuration`` where the token does not sign this way.
    func signer(
        for key: PublicKeyInfo, hash: HashAlgorithm, padding: SignaturePadding
    ) throws(RotationError) -> any DigestSigner
}
