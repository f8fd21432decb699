import COpenSSL
import RotationModel

/// Owns one `EVP_PKEY`.
///
/// `@unchecked Sendable`: the pointer never changes, OpenSSL counts it atomically, and it lets several threads use one
/// `EVP_PKEY` as long as none alters it. Nothing alters a key once it is in a handle.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(takingOwnership pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }

    /// The key of a SubjectPublicKeyInfo, through OpenSSL's decoder: slow, so for what happens once a run.
    convenience init(subjectPublicKeyInfo der: [UInt8]) throws(RotationError) {
        OpenSSLErrors.clear()
        let key = der.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            return d2i_PUBKEY(nil, &position, buffer.count)
        }
        guard let key else { throw OpenSSLErrors.failure(.badInput, "the public key cannot be used") }
        self.init(takingOwnership: key)
    }

    /// An RSA public key from its numbers, big-endian, past the decoder.
    convenience init(rsaModulus modulus: ArraySlice<UInt8>, exponent: ArraySlice<UInt8>) throws(RotationError) {
        OpenSSLErrors.clear()
        func number(_ bytes: ArraySlice<UInt8>) -> OpaquePointer? {
            bytes.withUnsafeBufferPointer { BN_bin2bn($0.baseAddress, Int32($0.count), nil) }
        }
        let n = number(modulus)
        let e = number(exponent)
        defer {
            BN_free(n)
            BN_free(e)
        }
        guard let key = rotation_rsa_public_key(n, e) else {
            throw OpenSSLErrors.failure(.badInput, "the RSA key cannot be used")
        }
        self.init(takingOwnership: key)
    }
}
