import COpenSSL
import RotationModel

/// Signs with one key, one hash and one padding, again and again: OpenSSL's context is set up once.
///
/// The one place where private keys sign, those in a token too. One serves one worker.
final class SigningContext {
    private let key: PrivateKey
    private let context: OpaquePointer
    private let hash: HashAlgorithm
    private let largest: Int
    /// For a key in a token: what a device of its own makes is looked at before anyone relies on it.
    private let check: TokenSignatureCheck?

    /// - Throws: ``RotationError/Code/configuration`` where the key cannot sign that way.
    init(key: PrivateKey, hash: HashAlgorithm, padding: SignaturePadding) throws(RotationError) {
        OpenSSLErrors.clear()
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, key.handle.pointer, nil) else {
            throw OpenSSLErrors.failure(.cryptography, "a key cannot be set up for signing")
        }
        guard EVP_PKEY_sign_init(context) == 1, padding.apply(to: context, hash: hash) else {
            EVP_PKEY_CTX_free(context)
            throw OpenSSLErrors.failure(
                .configuration, "a key of \(key.publicKey.algorithm) cannot sign this way with \(hash)")
        }
        do {
            check = try key.isInToken ? TokenSignatureCheck(key: key.publicKey, hash: hash, padding: padding) : nil
        } catch {
            EVP_PKEY_CTX_free(context)
            throw error
        }
        self.key = key
        self.context = context
        self.hash = hash
        largest = Int(EVP_PKEY_get_size(key.handle.pointer))
    }

    deinit { EVP_PKEY_CTX_free(context) }

    /// The signature as OpenSSL makes it: the bytes of RSA, the DER of ECDSA and DSA. One that a token made was verified.
    ///
    /// - Throws: ``RotationError/Code/cryptography``; ``RotationError/Code/keyUnavailable`` where the key is in a token that does not sign, or
    ///   signs wrongly.
    func sign(_ message: some ContiguousBytesSource) throws(RotationError) -> [UInt8] {
        OpenSSLErrors.clear()
        let digest = try hash.digest(message)
        let signature = [UInt8](unsafeUninitializedCapacity: largest) { buffer, count in
            var length = largest
            let done = inSession {
                digest.withUnsafeBufferPointer {
                    EVP_PKEY_sign(context, buffer.baseAddress, &length, $0.baseAddress, $0.count)
                }
            }
            count = done == 1 ? length : 0
        }
        guard !signature.isEmpty else { throw failed() }
        if let check, !check.verifies(signature, of: digest) { throw wrong() }
        return signature
    }

    private func inSession(_ body: () -> Int32) -> Int32 { key.token?.inSession(body) ?? body() }

    private func failed() -> RotationError {
        guard let token = key.token else { return OpenSSLErrors.failure(.cryptography, "signing failed") }
        return OpenSSLErrors.failure(
            .keyUnavailable, "the token does not sign", at: token.name,
            advice: "see that it is plugged in and its service runs, and start the job again: what is recorded stands")
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
