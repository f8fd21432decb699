import RotationModel
import SwiftASN1

/// Finds the public half of a token's key: tokens show it in the private key itself, in a public key, or in a certificate beside it.
struct TokenPublicKey {
    let session: TokenSession
    let uri: PKCS11URI

    /// - Throws: ``RotationError/Code/keyUnavailable`` where the token shows none that can be used.
    func handle(of key: TokenObject) throws(RotationError) -> KeyHandle {
        if let own = handle(in: key, type: key.keyType) { return own }
        for other in beside(key, .publicKey) {
            if let handle = handle(in: other, type: key.keyType) { return handle }
        }
        for other in beside(key, .certificate) {
            guard let der = session.bytes(.value, of: other.handle), let certificate = try? Certificate(der: der),
                let handle = try? KeyHandle(subjectPublicKeyInfo: certificate.publicKey.der)
            else { continue }
            return handle
        }
        throw RotationError(
            .keyUnavailable,
            "the token shows no public key that belongs to \(key.shown), or one of a kind that is not used here",
            at: uri.description,
            advice:
                "the public key, or the certificate, must be in the token beside it, with the same id; keys in tokens are RSA or EC "
                + "(P-256, P-384, P-521)")
    }

    /// What has the same id, or the same label where there is none.
    private func beside(_ key: TokenObject, _ kind: TokenSession.ObjectClass) -> [TokenObject] {
        ((try? session.objects(kind)) ?? []).filter { key.id.isEmpty ? $0.label == key.label : $0.id == key.id }
    }

    /// - Parameter type: CK_KEY_TYPE
    private func handle(in object: TokenObject, type: UInt?) -> KeyHandle? {
        type == 0 ? rsa(object) : curve(object)
    }

    private func rsa(_ object: TokenObject) -> KeyHandle? {
        guard let modulus = session.bytes(.modulus, of: object.handle), !modulus.isEmpty,
            let exponent = session.bytes(.publicExponent, of: object.handle), !exponent.isEmpty
        else { return nil }
        return try? KeyHandle(rsaModulus: modulus[...], exponent: exponent[...])
    }

    private func curve(_ object: TokenObject) -> KeyHandle? {
        guard let parameters = session.bytes(.ecParameters, of: object.handle),
            let curve = NamedCurve.allCases.first(where: {
                DEREncoder.objectIdentifier($0.objectIdentifier) == parameters
            }), let shown = session.bytes(.ecPoint, of: object.handle),
            let point = TokenPublicKey.point(shown, size: 1 + 2 * curve.coordinateSize)
        else { return nil }
        return try? KeyHandle(subjectPublicKeyInfo: PublicKeyInfo(curve: curve, point: point).der)
    }

    /// The point inside its OCTET STRING; some modules leave that away (PKCS#11 2.40, "Current Mechanisms", 2.3.3, has it).
    private static func point(_ shown: [UInt8], size: Int) -> [UInt8]? {
        if shown.count == size { return shown }
        guard let node = try? DERReader.parse(shown[...], what: "point"),
            let inside = try? node.bytes("point", tag: .octetString), inside.count == size
        else { return nil }
        return Array(inside)
    }
}
