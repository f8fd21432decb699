import COpenSSL
import RotationModel

/// The general way to check a signature, for any key, each time from the start.
enum SignatureVerification {
    /// - Returns: Whether the signature is right; false too where it is malformed.
    /// - Throws: ``RotationError/Code/badInput`` where the key cannot be used.
    static func verify(
        _ signature: ArraySlice<UInt8>, of message: ArraySlice<UInt8>, by key: PublicKeyInfo, hash: HashAlgorithm,
        padding: SignaturePadding
    ) throws(RotationError) -> Bool {
        try KeyVerifier(key).verify(signature, of: message, hash: hash, padding: padding)
    }
}
