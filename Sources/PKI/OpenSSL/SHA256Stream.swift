import COpenSSL
import RotationModel

/// SHA-256 of what comes piece by piece. Not for several threads.
package final class SHA256Stream {
    private let context = EVP_MD_CTX_new()
    private var isWhole: Bool

    package init() { isWhole = EVP_DigestInit_ex(context, HashAlgorithm.sha256.implementation, nil) == 1 }

    deinit { EVP_MD_CTX_free(context) }

    package func add(_ bytes: [UInt8]) {
        let added = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        isWhole = isWhole && added == 1
    }

    /// The digest of all that was added; nothing can be added after it.
    ///
    /// - Throws: ``RotationError/Code/cryptography`` where OpenSSL failed.
    package func digest() throws(RotationError) -> SHA256Digest {
        let bytes = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var length: UInt32 = 0
            let done = isWhole && EVP_DigestFinal_ex(context, buffer.baseAddress, &length) == 1
            count = done && length == 32 ? 32 : 0
        }
        guard let digest = bytes.withUnsafeBytes({ SHA256Digest(raw: $0) }) else {
            throw OpenSSLErrors.failure(.cryptography, "SHA-256 cannot be computed")
        }
        return digest
    }
}
