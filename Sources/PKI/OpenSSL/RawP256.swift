import COpenSSL
import RotationModel

/// The bare P-256 operations of OpenSSL, with nothing around them: what the benchmark holds all else against.
package final class RawP256 {
    private let signing: RawSigning
    private let key: KeyHandle
    private let verifying: OpaquePointer
    private let digest: [UInt8]

    /// - Parameter digest: 32 bytes to sign.
    package init(digest: [UInt8]) throws(RotationError) {
        let key = try PrivateKey.generate(.ecdsaP256)
        let signing = try RawSigning(key: key, digest: digest)
        guard let verifying = EVP_PKEY_CTX_new_from_pkey(nil, key.handle.pointer, nil) else {
            throw OpenSSLErrors.failure(.cryptography, "P-256 cannot be set up")
        }
        guard EVP_PKEY_verify_init(verifying) == 1 else {
            EVP_PKEY_CTX_free(verifying)
            throw OpenSSLErrors.failure(.cryptography, "P-256 cannot be set up")
        }
        (self.signing, self.key, self.verifying, self.digest) = (signing, key.handle, verifying, digest)
    }

    deinit { EVP_PKEY_CTX_free(verifying) }

    package func sign() -> [UInt8] { signing.sign() }

    package func verify(_ signature: [UInt8]) -> Bool {
        EVP_PKEY_verify(verifying, signature, signature.count, digest, digest.count) == 1
    }
}
