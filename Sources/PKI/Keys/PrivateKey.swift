import COpenSSL
import RotationModel

/// A private key that this process may use: an authority's, or the one that manifests are signed with.
///
/// Several threads may sign with it at once.
package final class PrivateKey: Sendable {
    package let publicKey: PublicKeyInfo
    let handle: KeyHandle
    /// Nil for a key in this process' memory.
    let token: (any KeyToken)?

    /// Whether it is in a PKCS#11 token, which makes the signatures.
    package var isInToken: Bool { token != nil }

    /// How many may sign at once with a key in a token; nil for one in this process, with which each core may.
    package var tokenSessions: Int? { token?.sessions }

    init(handle: KeyHandle, token: (any KeyToken)? = nil) throws(RotationError) {
        self.handle = handle
        self.token = token
        publicKey = try PrivateKey.publicKey(of: handle)
    }

    /// Makes a new key.
    ///
    /// RSA and DSA need at least 512 bits; DSA makes its own parameters, which takes seconds.
    ///
    /// - Throws: ``RotationError/Code/cryptography`` where OpenSSL refuses, or the algorithm is none that it can make.
    package static func generate(_ algorithm: KeyAlgorithm) throws(RotationError) -> PrivateKey {
        OpenSSLErrors.clear()
        let key: OpaquePointer? =
            switch algorithm {
            case .rsa(let bits): bits >= 512 ? rotation_generate_rsa(bits) : nil
            case .ecdsaP256: rotation_generate_ec("P-256")
            case .ecdsaP384: rotation_generate_ec("P-384")
            case .ecdsaP521: rotation_generate_ec("P-521")
            case .dsa(let bits): generateDSA(bits: bits)
            case .ed25519: rotation_generate_ed25519()
            case .other: nil
            }
        guard let key else { throw OpenSSLErrors.failure(.cryptography, "a key of \(algorithm) cannot be made") }
        return try PrivateKey(handle: KeyHandle(takingOwnership: key))
    }

    private static func generateDSA(bits: Int) -> OpaquePointer? {
        let forParameters = EVP_PKEY_CTX_new_from_name(nil, "DSA", nil)
        defer { EVP_PKEY_CTX_free(forParameters) }
        var parameters: OpaquePointer?
        guard (512...8192).contains(bits), EVP_PKEY_paramgen_init(forParameters) == 1,
            EVP_PKEY_CTX_set_dsa_paramgen_bits(forParameters, Int32(bits)) == 1,
            EVP_PKEY_CTX_set_dsa_paramgen_q_bits(forParameters, bits < 2048 ? 160 : 256) == 1,
            EVP_PKEY_paramgen(forParameters, &parameters) == 1
        else { return nil }
        defer { EVP_PKEY_free(parameters) }
        let forKey = EVP_PKEY_CTX_new_from_pkey(nil, parameters, nil)
        defer { EVP_PKEY_CTX_free(forKey) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(forKey) == 1, EVP_PKEY_generate(forKey, &key) == 1 else { return nil }
        return key
    }

    /// PKCS#8 in PEM, encrypted with AES-256 where there is a passphrase.
    ///
    /// The caller answers for what becomes of the bytes.
    package func pem(passphrase: Passphrase? = nil) throws(RotationError) -> [UInt8] {
        OpenSSLErrors.clear()
        // Secure memory: freeing it wipes it.
        let output = BIO_new(BIO_s_secmem())
        defer { BIO_free(output) }
        let done: Int32
        if let passphrase {
            done = passphrase.withBytes { secret in
                PEM_write_bio_PKCS8PrivateKey(
                    output, handle.pointer, EVP_aes_256_cbc(), secret.baseAddress?.assumingMemoryBound(to: CChar.self),
                    Int32(secret.count), nil, nil)
            }
        } else {
            done = PEM_write_bio_PKCS8PrivateKey(output, handle.pointer, nil, nil, 0, nil, nil)
        }
        var start: UnsafeMutablePointer<CChar>?
        let count = rotation_bio_bytes(output, &start)
        guard done == 1, let start, count > 0 else {
            throw OpenSSLErrors.failure(.cryptography, "the private key cannot be written")
        }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    private static func publicKey(of handle: KeyHandle) throws(RotationError) -> PublicKeyInfo {
        // Named curves, which are most keys, go past the encoder: that matters where tens of thousands are made.
        var point: UnsafeMutablePointer<UInt8>?
        let size = EVP_PKEY_get1_encoded_public_key(handle.pointer, &point)
        defer { CRYPTO_free(point, #file, #line) }
        if let point, size > 0, let curve = curve(of: handle), size == 1 + 2 * curve.coordinateSize, point[0] == 0x04 {
            return PublicKeyInfo(curve: curve, point: Array(UnsafeBufferPointer(start: point, count: size)))
        }
        OpenSSLErrors.clear()
        var der: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(handle.pointer, &der)
        defer { CRYPTO_free(der, #file, #line) }
        guard let der, count > 0 else { throw OpenSSLErrors.failure(.cryptography, "the key has no public half") }
        return try PublicKeyInfo(der: Array(UnsafeBufferPointer(start: der, count: Int(count))))
    }

    private static func curve(of handle: KeyHandle) -> NamedCurve? {
        guard EVP_PKEY_is_a(handle.pointer, "EC") == 1 else { return nil }
        var name = [CChar](repeating: 0, count: 64)
        var length = 0
        guard EVP_PKEY_get_group_name(handle.pointer, &name, name.count, &length) == 1, length <= name.count else {
            return nil
        }
        return switch String(decoding: name[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self) {
        case "prime256v1": .p256
        case "secp384r1": .p384
        case "secp521r1": .p521
        default: nil
        }
    }
}
