import RotationModel

/// The signature algorithms of JWS (RFC 7518, 3.1) that are used here.
package enum JWSAlgorithm: String, CaseIterable, Sendable {
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case rs256 = "RS256"
    case ps256 = "PS256"

    /// The one that a key signs with when nothing else is said: by its curve, or RS256, or PS256 where the key may not do that. Nil for a
    /// key that JWS has none for, and for RSA shorter than 2048 bits (RFC 7518, 3.3).
    package init?(for key: PublicKeyInfo) {
        guard let first = JWSAlgorithm.allCases.first(where: { $0.fits(key) }) else { return nil }
        self = first
    }

    /// Whether the algorithm is one for such a key: ES256 is P-256's alone, and RS256 is not for a key written as id-RSASSA-PSS.
    package func fits(_ key: PublicKeyInfo) -> Bool {
        switch (self, key.algorithm) {
        case (.es256, .ecdsaP256), (.es384, .ecdsaP384), (.es512, .ecdsaP521): return true
        case (.rs256, .rsa(let bits)), (.ps256, .rsa(let bits)):
            guard bits >= 2048, case .rsa(_, _, let use) = key.material else { return false }
            return use.allows(self == .ps256 ? PSSParameters(signing: .sha256) : nil)
        default: return false
        }
    }

    var hash: HashAlgorithm {
        switch self {
        case .es256, .rs256, .ps256: .sha256
        case .es384: .sha384
        case .es512: .sha512
        }
    }

    var padding: SignaturePadding {
        switch self {
        case .es256, .es384, .es512: .none
        case .rs256: .pkcs1
        case .ps256: .pss(mask: .sha256, saltLength: 32)
        }
    }

    /// Bytes of each half of an ECDSA signature; nil for RSA.
    var coordinateSize: Int? {
        switch self {
        case .es256: NamedCurve.p256.coordinateSize
        case .es384: NamedCurve.p384.coordinateSize
        case .es512: NamedCurve.p521.coordinateSize
        case .rs256, .ps256: nil
        }
    }
}
