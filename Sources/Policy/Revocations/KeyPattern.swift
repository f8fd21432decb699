import RotationModel

/// A kind of key that a revocation names: whatever a certificate in a fleet may have, weak ones above all.
package struct KeyPattern: Hashable, Sendable, CustomStringConvertible {
    package let algorithm: KeyAlgorithm
    /// Whether a longer key of the same algorithm is meant too. Only RSA and DSA have longer keys.
    package let orLonger: Bool

    /// Reads `ecdsa-p256`, `ecdsa-p384`, `ecdsa-p521`, `ed25519`, `dsa`, `rsa-N`, `dsa-N`, these two also with a `+` for that size and
    /// more, or the object identifier of another algorithm or curve. Nil where the text is anything else.
    package init?(_ text: String) {
        orLonger = text.hasSuffix("+")
        algorithm = KeyAlgorithm(String(orLonger ? text.dropLast() : text[...]))
        switch algorithm {
        // Whatever is written in another way than keys describe themselves would never match: rsa-02048.
        case .rsa, .dsa: if text != description { return nil }
        case .ecdsaP256, .ecdsaP384, .ecdsaP521, .ed25519: if orLonger { return nil }
        case .other(let name): if orLonger || !(name == "dsa" || KeyPattern.isObjectIdentifier(name)) { return nil }
        }
    }

    package func matches(_ key: KeyAlgorithm) -> Bool {
        switch (algorithm, key) {
        case (.rsa(let least), .rsa(let bits)), (.dsa(let least), .dsa(let bits)):
            orLonger ? bits >= least : bits == least
        default: key == algorithm
        }
    }

    package var description: String { "\(algorithm)\(orLonger ? "+" : "")" }

    /// Words that are likely meant, for suggestions.
    static let examples = [
        "rsa-1024", "rsa-2048", "rsa-3072", "rsa-4096", "rsa-2048+", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521",
        "ed25519", "dsa-1024", "dsa-2048", "dsa-1024+",
    ]

    /// `1.3.132.0.10`: numbers without leading zeros, at least two (X.660, 7.6).
    static func isObjectIdentifier(_ text: String) -> Bool {
        let arcs = text.split(separator: ".", omittingEmptySubsequences: false)
        return arcs.count >= 2
            && arcs.allSatisfy { arc in
                !arc.isEmpty && arc.utf8.allSatisfy(HostName.isDigit) && (arc == "0" || arc.first != "0")
            }
    }
}
