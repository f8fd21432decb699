import RotationModel

/// What an RSA key may be used for, by the algorithm in its SubjectPublicKeyInfo (RFC 4055, 1.2).
enum RSAKeyUse: Hashable, Sendable {
    /// rsaEncryption: PKCS#1 v1.5 and PSS.
    case any
    /// id-RSASSA-PSS. Where it has parameters, signatures must have the same, and salts at least as long (3.3).
    case pss(restriction: PSSParameters?)

    func allows(_ pss: PSSParameters?) -> Bool {
        switch self {
        case .any: true
        case .pss(let restriction): pss.map { restriction?.allows($0) ?? true } ?? false
        }
    }
}

/// The numbers of a public key, as far as anything here computes with them.
enum KeyMaterial: Hashable, Sendable {
    /// Big-endian, no leading zeros.
    case rsa(modulus: ArraySlice<UInt8>, exponent: ArraySlice<UInt8>, RSAKeyUse)
    /// SEC 1's octet string of the point, compressed or not.
    case ec(NamedCurve, point: ArraySlice<UInt8>)
    /// Anything that is only kept.
    case opaque

    /// What a DSA key is called that leaves its parameters to its issuer's.
    static let dsaWithoutParameters = "dsa"

    /// Of a big-endian number without leading zeros.
    static func bitLength(_ magnitude: ArraySlice<UInt8>) -> Int {
        magnitude.count * 8 - (magnitude.first?.leadingZeroBitCount ?? 0)
    }
}
