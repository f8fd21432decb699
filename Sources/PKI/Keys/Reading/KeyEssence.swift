import RotationModel

/// The part of a public key that its private key hangs on, without what may be written in one way or another.
enum KeyEssence {
    /// A key and its negative have one x, and whoever has one private key has the other.
    ///
    /// - Parameters:
    ///   - curve: The content of the curve's object identifier, or for one without a name the DER of its parameters.
    ///   - x: Big-endian, as long as the curve's field.
    case ec(curve: [UInt8], x: ArraySlice<UInt8>)
    /// Whoever can take the modulus apart has the private key for every exponent. Big-endian, no leading zeros.
    case rsa(modulus: ArraySlice<UInt8>)
    /// Big-endian, no leading zeros. That y and its inverse are one secret is passed over: devices have no DSA keys.
    case dsa(p: ArraySlice<UInt8>, q: ArraySlice<UInt8>, g: ArraySlice<UInt8>, y: ArraySlice<UInt8>)
    /// Keys that have one encoding only (RFC 8410), by the content of their algorithm's object identifier.
    case bytes(algorithm: ArraySlice<UInt8>, ArraySlice<UInt8>)
    /// Nothing is understood: a whole SubjectPublicKeyInfo.
    case unknown(der: [UInt8])

    var identity: KeyIdentity {
        switch self {
        case .ec(let curve, let x): KeyEssence.identity("ec", [curve[...], x])
        case .rsa(let modulus): KeyEssence.identity("rsa", [modulus])
        case .dsa(let p, let q, let g, let y): KeyEssence.identity("dsa", [p, q, g, y])
        case .bytes(let algorithm, let bytes): KeyEssence.identity("bytes", [algorithm, bytes])
        case .unknown(let der): KeyIdentity(SHA256.digest(der))
        }
    }

    /// The lengths stand before the parts, so that no two lists of parts look alike.
    private static func identity(_ kind: String, _ parts: [ArraySlice<UInt8>]) -> KeyIdentity {
        var text = Array(kind.utf8)
        for part in parts {
            text.append(0)
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: part.count).bigEndian) { text.append(contentsOf: $0) }
            text.append(contentsOf: part)
        }
        return KeyIdentity(SHA256.digest(text))
    }
}
