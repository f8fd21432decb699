import RotationModel
import SwiftASN1

extension Certificate {
    /// Whether the certificate's signature is by this key. Dates, names and uses are not looked at.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the key cannot be used, or the algorithm is none that is verified here.
    package func isSigned(by key: PublicKeyInfo) throws(RotationError) -> Bool {
        try isSigned(by: KeyVerifier(key))
    }

    /// As ``isSigned(by:)-(PublicKeyInfo)``, by a key that is set up already.
    func isSigned(by verifier: KeyVerifier) throws(RotationError) -> Bool {
        var outer = DERElements(der[...], what: "certificate")
        var parts = try outer.next(0x30, "certificate")
        let start = parts.position
        _ = try parts.next(0x30, "certificate's content")
        let content = der[start..<parts.position]
        let identifier = try SignatureIdentifier(
            node: parts.nextNode("signature algorithm"), what: "signature algorithm")
        let signature = try parts.nextNode("certificate's signature").wholeBits("certificate's signature")
        return try identifier.verify(signature, of: content, by: verifier)
    }
}

extension SignatureIdentifier {
    /// Whether the signature over the content is by this key, and of a kind that the key may make.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the key cannot be used, or the algorithm is none that is verified here.
    func verify(
        _ signature: ArraySlice<UInt8>, of content: ArraySlice<UInt8>, by key: PublicKeyInfo
    ) throws(RotationError) -> Bool {
        try verify(signature, of: content, by: KeyVerifier(key))
    }

    func verify(
        _ signature: ArraySlice<UInt8>, of content: ArraySlice<UInt8>, by verifier: KeyVerifier
    ) throws(RotationError) -> Bool {
        guard let hash else {
            throw RotationError(.badInput, "signatures by \(algorithm) are not verified here")
        }
        let material = verifier.key.material
        if case .rsa(_, _, let use) = material, !use.allows(pss) { return false }
        let padding: SignaturePadding =
            if let pss {
                .pss(mask: pss.maskHash, saltLength: pss.saltLength)
            } else if case .rsa = material {
                .pkcs1
            } else {
                .none
            }
        return try verifier.verify(signature, of: content, hash: hash, padding: padding)
    }
}
