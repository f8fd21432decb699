import Basics
import RotationModel

/// A public key as JSON (RFC 7517), of the kinds that JWS uses here.
package struct JSONWebKey: Sendable {
    /// The members that make the key, by name, in the order that they are written in.
    private let members: [(name: String, value: String)]
    /// The SHA-256 thumbprint of RFC 7638, in base64url: a name for the key that anyone can compute.
    package let thumbprint: String

    /// - Throws: ``RotationError/Code/configuration`` where the key is neither RSA nor EC on P-256, P-384 or P-521.
    package init(_ key: PublicKeyInfo) throws(RotationError) {
        let members: [(name: String, value: String)]
        switch key.material {
        case .ec(let curve, let point) where point.first == 0x04:
            let x = point.dropFirst().prefix(curve.coordinateSize)
            let y = point.dropFirst(1 + curve.coordinateSize)
            members = [
                ("kty", "EC"), ("crv", curve.name), ("x", Base64URL.encode(Array(x))),
                ("y", Base64URL.encode(Array(y))),
            ]
        case .rsa(let modulus, let exponent, _):
            members = [
                ("kty", "RSA"), ("n", Base64URL.encode(Array(modulus))), ("e", Base64URL.encode(Array(exponent))),
            ]
        default:
            throw RotationError(
                .configuration, "a key of \(key.algorithm) cannot be a JSON Web Key here",
                advice: "use RSA, or EC on P-256, P-384 or P-521, uncompressed")
        }
        self.members = members
        // RFC 7638, 3: these members alone, in the order of their names, without white space.
        var writer = JSONWriter()
        writer.object { object in
            for member in members.sorted(by: { $0.name < $1.name }) { object.member(member.name, member.value) }
        }
        thumbprint = Base64URL.encode(SHA256.digest(writer.bytes).bytes)
    }

    /// The key as one JSON object, with its thumbprint as `kid`.
    package func json(alg: JWSAlgorithm, use: String = "sig") -> String {
        var writer = JSONWriter()
        writer.object { object in
            for member in members { object.member(member.name, member.value) }
            object.member("kid", thumbprint)
            object.member("alg", alg.rawValue)
            object.member("use", use)
        }
        return writer.text
    }
}
