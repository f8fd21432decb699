import RotationModel

/// What is wrong with the form of a signature, whoever made it.
package enum JWSSignatureMistake: Equatable, Sendable, CustomStringConvertible {
    /// ECDSA's DER, as OpenSSL writes it, where JWS wants r and s side by side (RFC 7518, 3.4).
    case der(bytes: Int, wanted: Int)
    case length(bytes: Int, wanted: Int)

    /// Nil where the form is right.
    init?(_ signature: [UInt8], _ algorithm: JWSAlgorithm, _ key: PublicKeyInfo) {
        let wanted: Int
        if let size = algorithm.coordinateSize {
            wanted = 2 * size
            // DER of the same length is possible, if rare: its numbers are short then.
            if ECDSASignature.joined(fromDER: signature, size: size) != nil {
                self = .der(bytes: signature.count, wanted: wanted)
                return
            }
        } else {
            guard case .rsa(let bits) = key.algorithm else { return nil }
            wanted = (bits + 7) / 8
        }
        guard signature.count != wanted else { return nil }
        self = .length(bytes: signature.count, wanted: wanted)
    }

    /// One sentence without a full stop.
    package var description: String {
        switch self {
        case .der(let bytes, let wanted):
            "the signature is DER of \(bytes) bytes; JWS wants \(wanted): r and s side by side (RFC 7518, 3.4)"
        case .length(let bytes, let wanted):
            "the signature has \(bytes) bytes, where one by the key has \(wanted)"
        }
    }
}
