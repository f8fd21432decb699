/// A public key's algorithm and size, written `ecdsa-p256`, `rsa-2048`, `ed25519`.
package enum KeyAlgorithm: Hashable, Sendable {
    /// RSA, with the modulus' length in bits.
    case rsa(bits: Int)
    case ecdsaP256
    case ecdsaP384
    case ecdsaP521
    /// DSA, with the length of p in bits: authorities have such keys, devices do not.
    case dsa(bits: Int)
    case ed25519
    /// Anything else, by its object identifier in dotted form, or a curve's: certificates in a fleet may be of any kind.
    case other(String)
}

extension KeyAlgorithm: CustomStringConvertible, LosslessStringConvertible {
    package var description: String {
        switch self {
        case .rsa(let bits): "rsa-\(bits)"
        case .ecdsaP256: "ecdsa-p256"
        case .ecdsaP384: "ecdsa-p384"
        case .ecdsaP521: "ecdsa-p521"
        case .dsa(let bits): "dsa-\(bits)"
        case .ed25519: "ed25519"
        case .other(let name): name
        }
    }

    /// Reads what ``description`` writes. What is none of the known names is ``other(_:)``, as it stands.
    package init(_ text: String) {
        switch text {
        case "ecdsa-p256": self = .ecdsaP256
        case "ecdsa-p384": self = .ecdsaP384
        case "ecdsa-p521": self = .ecdsaP521
        case "ed25519": self = .ed25519
        default:
            if text.hasPrefix("rsa-"), let bits = Int(text.dropFirst(4)), bits > 0 {
                self = .rsa(bits: bits)
            } else if text.hasPrefix("dsa-"), let bits = Int(text.dropFirst(4)), bits > 0 {
                self = .dsa(bits: bits)
            } else {
                self = .other(text)
            }
        }
    }
}

/// The keys that a profile takes: one algorithm, or RSA of a size and more (`rsa-2048+`).
package struct KeyRequirement: Hashable, Sendable, CustomStringConvertible {
    package let algorithm: KeyAlgorithm
    /// Whether a longer key of the same algorithm will do. Only RSA has longer keys.
    package let orLonger: Bool

    /// Nil where the text names no key that a device may have: `ecdsa-p256`, `ecdsa-p384`, `ecdsa-p521`, `rsa-N` with
    /// N from 2048 to 4096, or `rsa-N+`.
    package init?(_ text: String) {
        orLonger = text.hasSuffix("+")
        algorithm = KeyAlgorithm(String(orLonger ? text.dropLast() : text[...]))
        switch algorithm {
        case .ecdsaP256, .ecdsaP384, .ecdsaP521: if orLonger { return nil }
        case .rsa(let bits): if !(2048...4096).contains(bits) { return nil }
        default: return nil
        }
    }

    package func isMet(by key: KeyAlgorithm) -> Bool {
        if case .rsa(let least) = algorithm, case .rsa(let bits) = key {
            return orLonger ? bits >= least : bits == least
        }
        return key == algorithm
    }

    package var description: String { "\(algorithm)\(orLonger ? "+" : "")" }
}
