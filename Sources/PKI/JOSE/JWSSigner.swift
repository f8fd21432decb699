import Basics
import RotationModel

/// Makes compact JSON Web Signatures (RFC 7515, 7.1) with one key.
///
/// One serves one worker: it keeps a signing context, and encodes a header once.
package final class JWSSigner {
    /// The key's RFC 7638 thumbprint.
    package let keyID: String
    package let algorithm: JWSAlgorithm
    private let context: SigningContext
    /// By type: the encoded header and the dot after it.
    private var headers: [String: [UInt8]] = [:]

    /// - Parameter algorithm: By default ``JWSAlgorithm/init(for:)``'s choice.
    /// - Throws: ``RotationError/Code/configuration`` where JWS has no algorithm for the key.
    package init(key: PrivateKey, algorithm: JWSAlgorithm? = nil) throws(RotationError) {
        guard let chosen = algorithm ?? JWSAlgorithm(for: key.publicKey), chosen.fits(key.publicKey) else {
            throw RotationError(
                .configuration, "a key of \(key.publicKey.algorithm) cannot sign \(algorithm?.rawValue ?? "a JWS")",
                advice: "use EC on P-256, P-384 or P-521, or RSA of at least 2048 bits")
        }
        self.algorithm = chosen
        keyID = try JSONWebKey(key.publicKey).thumbprint
        context = try SigningContext(key: key, hash: chosen.hash, padding: chosen.padding)
    }

    /// - Parameter type: What `typ` says, such as `rotation-manifest`.
    /// - Returns: The ASCII bytes of header, payload and signature, each in base64url, joined by dots.
    package func sign(payload: [UInt8], type: String) throws(RotationError) -> [UInt8] {
        var compact: [UInt8] = []
        let head = header(type)
        compact.reserveCapacity(head.count + payload.count * 4 / 3 + 720)
        compact += head
        Base64URL.append(payload[...], to: &compact)
        var signature = try context.sign(compact)
        if let size = algorithm.coordinateSize {
            guard let joined = ECDSASignature.joined(fromDER: signature, size: size) else {
                throw RotationError(.cryptography, "OpenSSL made an ECDSA signature that is none")
            }
            signature = joined
        }
        compact.append(UInt8(ascii: "."))
        Base64URL.append(signature[...], to: &compact)
        return compact
    }

    private func header(_ type: String) -> [UInt8] {
        if let known = headers[type] { return known }
        var writer = JSONWriter()
        writer.object { object in
            object.member("alg", algorithm.rawValue)
            object.member("kid", keyID)
            object.member("typ", type)
        }
        var encoded: [UInt8] = []
        Base64URL.append(writer.bytes[...], to: &encoded)
        encoded.append(UInt8(ascii: "."))
        headers[type] = encoded
        return encoded
    }
}
