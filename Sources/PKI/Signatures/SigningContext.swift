import RotationModel

/// Signs with one key, one hash and one padding, again and again.
///
/// The one place where private keys sign, those in a token too. One serves one worker.
final class SigningContext {
    private let key: PrivateKey
    private let signer: any DigestSigner
    private let hash: HashAlgorithm
    /// For a key in a token: what a device of its own makes is looked at before anyone relies on it.
    private let check: TokenSignatureCheck?

    /// - Throws: ``RotationError/Code/configuration`` where the key cannot sign that way.
    init(key: PrivateKey, hash: HashAlgorithm, padding: SignaturePadding) throws(RotationError) {
        signer = try key.digestSigner(hash: hash, padding: padding)
        check = try key.isInToken ? TokenSignatureCheck(key: key.publicKey, hash: hash, padding: padding) : nil
        self.key = key
        self.hash = hash
    }

    /// The signature as OpenSSL makes it: the bytes of RSA, the DER of ECDSA and DSA. One that a token made was verified.
    ///
    /// - Throws: ``RotationError/Code/cryptography``; ``RotationError/Code/keyUnavailable`` where the key is in a token that does not sign, or
    ///   signs wrongly.
    func sign(_ message: some ContiguousBytesSource) throws(RotationError) -> [UInt8] {
        let digest = try hash.digest(message)
        let signature = try signer.sign(digest)
        if let check, !check.verifies(signature, of: digest) { throw wrong() }
        return signature
    }

    private func wrong() -> RotationError {
        RotationError(
            .keyUnavailable, "the token made a signature that its public key does not verify",
            at: key.token?.name ?? "",
            advice:
                "do not use this token until its maker has looked at it; see that the public key in it belongs to the private one"
        )
    }
}
