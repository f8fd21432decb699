import COpenSSL
import RotationModel

/// The bare P-256 operations of OpenSSL, with nothing around them: what the benchmark holds all else against.
package final class RawP256 {
    private let key: KeyHandle
    private let signing: OpaquePointer
    private let verifying: OpaquePointer
    private let digest: [UInt8]

    /// - Parameter digest: 32 bytes to sign.
    package init(digest: [UInt8]) throws(RotationError) {
        OpenSSLErrors.clear()
        let key = try PrivateKey.generate(.ecdsaP256).handle
        guard let signing = EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil) else {
            throw OpenSSLErrors.failure(.cryptography, "P-256 cannot be set up")
        }
        guard let verifying = EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil), EVP_PKEY_sign_init(signing) == 1,
            EVP_PKEY_verify_init(verifying) == 1
        else {
            EVP_PKEY_CTX_free(signing)
            throw OpenSSLErrors.failure(.cryptography, "P-256 cannot be set up")
        }
        (self.key, self.signing, self.verifying, self.digest) = (key, signing, verifying, digest)
    }

    deinit {
        EVP_PKEY_CTX_free(signing)
        EVP_PKEY_CTX_free(verifying)
    }

    package func sign() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 80) { buffer, count in
            count = 80
            if EVP_PKEY_sign(signing, buffer.baseAddress, &count, digest, digest.count) != 1 { count = 0 }
        }
    }

    package func verify(_ signature: [UInt8]) -> Bool {
        EVP_PKEY_verify(verifying, signature, signature.count, digest, digest.count) == 1
    }
}
