import Basics
import Foundation
import RotationModel

/// A JWK set (RFC 7517, section 5) as this job publishes it.
package enum JSONWebKeySet {
    private struct Keys: Decodable {
        var keys: [Key]
    }

    private struct Key: Decodable {
        var n: String?
        var crv: String?
        var x: String?

        var identity: KeyIdentity? {
            if let modulus = n.flatMap(Base64URL.decode) {
                return KeyEssence.rsa(modulus: modulus.drop { $0 == 0 }).identity
            }
            guard let curve = NamedCurve.allCases.first(where: { $0.name == crv }), let x = x.flatMap(Base64URL.decode)
            else { return nil }
            return KeyEssence.ec(curve: curve.objectIdentifier.content, x: x[...]).identity
        }
    }

    /// What the keys of a set are; those of other kinds are passed over, and what is no set has none.
    package static func identities(in json: [UInt8]) -> [KeyIdentity] {
        let set = try? JSONDecoder().decode(Keys.self, from: Data(json))
        return set?.keys.compactMap(\.identity) ?? []
    }
}
