import COpenSSL
import RotationModel

/// Signs with one key, one hash and one padding, again and again: OpenSSL's context is set up once.
///
/// The one place where private keys sign; keys that live in a token join here. One serves one worker.
final class SigningContext {
    private let key: PrivateKey
    private let context: OpaquePointer
    private let hash: HashAlgorithm
    private let largest: Int

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
        self.key = key
        self.context = context
        self.hash = hash
        largest = Int(EVP_PKEY_get_size(key.handle.pointer))
    }

    deinit { EVP_PKEY_CTX_free(context) }

    /// The signature as OpenSSL makes it: the bytes of RSA, the DER of ECDSA and DSA.
    func sign(_ message: some ContiguousBytesSource) throws(RotationError) -> [UInt8] {
        OpenSSLErrors.clear()
        let digest = try hash.digest(message)
        let signature = [UInt8](unsafeUninitializedCapacity: largest) { buffer, count in
            var length = largest
            let done = digest.withUnsafeBufferPointer {
                EVP_PKEY_sign(context, buffer.baseAddress, &length, $0.baseAddress, $0.count)
            }
            count = done == 1 ? length : 0
        }
        guard !signature.isEmpty else { throw OpenSSLErrors.failure(.cryptography, "signing failed") }
        return signature
    }
}
