import COpenSSL
import RotationModel

/// OpenSSL's bare signature by a key, with nothing around it, not even the hash: what the benchmark holds issuing against.
package final class RawSigning {
    private let key: PrivateKey
    private let context: OpaquePointer
    private let digest: [UInt8]
    private let largest: Int

    /// - Throws: ``RotationError/Code/configuration`` where the key cannot sign that way.
    package init(key: PrivateKey, signature: SignatureAlgorithm) throws(RotationError) {
        let scheme = try SignatureScheme.choose(signature, for: key.publicKey)
        OpenSSLErrors.clear()
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, key.handle.pointer, nil) else {
            throw OpenSSLErrors.failure(.cryptography, "a key cannot be set up for signing")
        }
        guard EVP_PKEY_sign_init(context) == 1, scheme.padding.apply(to: context, hash: scheme.hash) else {
            EVP_PKEY_CTX_free(context)
            throw OpenSSLErrors.failure(.cryptography, "a key cannot be set up for signing")
        }
        (self.key, self.context) = (key, context)
        digest = [UInt8](repeating: 7, count: scheme.hash.size)
        largest = Int(EVP_PKEY_get_size(key.handle.pointer))
    }

    deinit { EVP_PKEY_CTX_free(context) }

    /// - Returns: How long the signature is, in bytes; 0 where OpenSSL made none.
    package func sign() -> Int {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: largest) { buffer in
            var count = largest
            let done = EVP_PKEY_sign(context, buffer.baseAddress, &count, digest, digest.count)
            return done == 1 ? count : 0
        }
    }
}
