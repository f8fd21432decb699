import COpenSSL
import RotationModel

/// Signs with a key in this process' memory, again and again: OpenSSL's context is set up once.
final class HeldKeySigner: DigestSigner {
    private let key: KeyHandle
    private let context: OpaquePointer
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
        self.key = key.handle
        self.context = context
        largest = Int(EVP_PKEY_get_size(key.handle.pointer))
    }

    deinit { EVP_PKEY_CTX_free(context) }

    func sign(_ digest: [UInt8]) throws(RotationError) -> [UInt8] {
        OpenSSLErrors.clear()
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

extension PrivateKey {
    /// What makes the key's signatures, wherever it is.
    ///
    /// - Throws: ``RotationError/Code/configuration`` where it cannot sign that way.
    func digestSigner(hash: HashAlgorithm, padding: SignaturePadding) throws(RotationError) -> any DigestSigner {
        guard let token else { return try HeldKeySigner(key: self, hash: hash, padding: padding) }
        return try token.signer(for: publicKey, hash: hash, padding: padding)
    }
}
