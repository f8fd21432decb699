import COpenSSL
import RotationModel

/// Verifies ECDSA signatures on one curve by changing keys: the group is set up once, the point each time.
final class CurveVerifier {
    private let curve: NamedCurve
    private let key: OpaquePointer
    private let context: OpaquePointer

    init(_ curve: NamedCurve) throws(RotationError) {
        self.curve = curve
        OpenSSLErrors.clear()
        // A generated key comes with its group; its own point is overwritten before anything is verified.
        guard let key = rotation_generate_ec(curve.name) else {
            throw OpenSSLErrors.failure(.cryptography, "the curve \(curve.name) cannot be set up")
        }
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, key, nil) else {
            EVP_PKEY_free(key)
            throw OpenSSLErrors.failure(.cryptography, "the curve \(curve.name) cannot be set up")
        }
        self.key = key
        self.context = context
    }

    deinit {
        EVP_PKEY_CTX_free(context)
        EVP_PKEY_free(key)
    }

    /// - Parameters:
    ///   - signature: The DER of an ECDSA-Sig-Value.
    ///   - point: Uncompressed.
    /// - Returns: Whether the signature is right; false too where it is malformed.
    /// - Throws: ``RotationError/Code/badInput`` where the point is not on the curve.
    func verify(
        _ signature: ArraySlice<UInt8>, of digest: [UInt8], by point: ArraySlice<UInt8>
    ) throws(RotationError) -> Bool {
        OpenSSLErrors.clear()
        let isSet = point.withUnsafeBufferPointer { EVP_PKEY_set1_encoded_public_key(key, $0.baseAddress, $0.count) }
        guard isSet == 1 else {
            OpenSSLErrors.clear()
            throw RotationError(.badInput, "the public key is no point of \(curve.name)")
        }
        guard EVP_PKEY_verify_init(context) == 1 else {
            throw OpenSSLErrors.failure(.cryptography, "a signature cannot be checked")
        }
        let verdict = signature.withUnsafeBufferPointer { signature in
            digest.withUnsafeBufferPointer { digest in
                EVP_PKEY_verify(context, signature.baseAddress, signature.count, digest.baseAddress, digest.count)
            }
        }
        // A malformed signature leaves errors behind, and is as wrong as any other.
        if verdict != 1 { OpenSSLErrors.clear() }
        return verdict == 1
    }
}
