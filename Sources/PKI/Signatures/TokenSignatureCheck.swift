import COpenSSL
import RotationModel

/// Verifies what a token signs, again and again under one key. One serves one worker.
///
/// A faulty RSA-CRT signature gives the private key away to whoever sees it, and a wrong one of any kind makes a certificate that no
/// device can use.
final class TokenSignatureCheck {
    private let key: KeyHandle
    private let context: OpaquePointer

    init(key publicKey: PublicKeyInfo, hash: HashAlgorithm, padding: SignaturePadding) throws(RotationError) {
        key = try KeyHandle(subjectPublicKeyInfo: publicKey.der)
        OpenSSLErrors.clear()
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil) else {
            throw OpenSSLErrors.failure(.cryptography, "a token's signatures cannot be checked")
        }
        guard EVP_PKEY_verify_init(context) == 1, padding.apply(to: context, hash: hash) else {
            EVP_PKEY_CTX_free(context)
            throw OpenSSLErrors.failure(.cryptography, "a token's signatures cannot be checked")
        }
        self.context = context
    }

    deinit { EVP_PKEY_CTX_free(context) }

    func verifies(_ signature: [UInt8], of digest: [UInt8]) -> Bool {
        let verdict = EVP_PKEY_verify(context, signature, signature.count, digest, digest.count)
        if verdict != 1 { OpenSSLErrors.clear() }
        return verdict == 1
    }
}
