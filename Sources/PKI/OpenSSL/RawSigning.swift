import COpenSSL
import RotationModel

/// Bare signatures of a key, in this process or in a token, with nothing around them and nothing verified: for the benchmark. One serves one
/// thread.
package final class RawSigning {
    private let key: PrivateKey
    private let context: OpaquePointer
    private let digest: [UInt8]
    private let largest: Int

    /// - Parameter digest: 32 bytes to sign.
    package init(key: PrivateKey, digest: [UInt8]) throws(RotationError) {
        OpenSSLErrors.clear()
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, key.handle.pointer, nil) else {
            throw OpenSSLErrors.failure(.cryptography, "a key cannot be set up for signing")
        }
        guard EVP_PKEY_sign_init(context) == 1 else {
            EVP_PKEY_CTX_free(context)
            throw OpenSSLErrors.failure(.cryptography, "a key cannot be set up for signing")
        }
        (self.key, self.context, self.digest) = (key, context, digest)
        largest = Int(EVP_PKEY_get_size(key.handle.pointer))
    }

    deinit { EVP_PKEY_CTX_free(context) }

    /// Empty where it failed.
    package func sign() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: largest) { buffer, count in
            count = largest
            if EVP_PKEY_sign(context, buffer.baseAddress, &count, digest, digest.count) != 1 { count = 0 }
        }
    }
}
