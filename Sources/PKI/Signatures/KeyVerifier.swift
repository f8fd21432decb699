import COpenSSL
import RotationModel

/// Checks signatures by one key, which is set up once. Not for several threads: each makes its own.
final class KeyVerifier {
    let key: PublicKeyInfo
    private let setUp: SetUp

    private enum SetUp {
        case curve(CurveVerifier, point: ArraySlice<UInt8>)
        case handle(KeyHandle)
    }

    /// - Throws: ``RotationError/Code/badInput`` where the key cannot be used.
    init(_ key: PublicKeyInfo) throws(RotationError) {
        self.key = key
        setUp =
            switch key.material {
            case .ec(let curve, let point): .curve(try CurveVerifier(curve), point: point)
            case .rsa(let modulus, let exponent, _): .handle(try KeyHandle(rsaModulus: modulus, exponent: exponent))
            case .opaque: .handle(try KeyHandle(subjectPublicKeyInfo: key.der))
            }
    }

    /// - Returns: Whether the signature is right; false too where it is malformed.
    /// - Throws: ``RotationError/Code/badInput`` where the key cannot be used.
    func verify(
        _ signature: ArraySlice<UInt8>, of message: ArraySlice<UInt8>, hash: HashAlgorithm, padding: SignaturePadding
    ) throws(RotationError) -> Bool {
        let digest = try hash.digest(message)
        switch setUp {
        case .curve(let verifier, let point): return try verifier.verify(signature, of: digest, by: point)
        case .handle(let handle):
            return try KeyVerifier.verify(signature, of: digest, by: handle, hash: hash, padding: padding)
        }
    }

    private static func verify(
        _ signature: ArraySlice<UInt8>, of digest: [UInt8], by handle: KeyHandle, hash: HashAlgorithm,
        padding: SignaturePadding
    ) throws(RotationError) -> Bool {
        OpenSSLErrors.clear()
        let context = EVP_PKEY_CTX_new_from_pkey(nil, handle.pointer, nil)
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_verify_init(context) == 1, padding.apply(to: context, hash: hash) else {
            throw OpenSSLErrors.failure(.badInput, "the signature cannot be checked with this key")
        }
        let verdict = signature.withUnsafeBufferPointer { signature in
            digest.withUnsafeBufferPointer { digest in
                EVP_PKEY_verify(context, signature.baseAddress, signature.count, digest.baseAddress, digest.count)
            }
        }
        if verdict != 1 { OpenSSLErrors.clear() }
        return verdict == 1
    }
}
