import RotationModel
import SwiftASN1

extension Certificate {
    /// Whether the certificate's signature is by this key. Dates, names and uses are not looked at.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the key cannot be used, or the algorithm is none that is verified here.
    public func isSigned(by key: PublicKeyInfo) throws(RotationError) -> Bool {
        var parts = try DERReader.parse(der, what: "certificate", largest: Certificate.largest).children("certificate")
        let content = try parts.next("certificate's content").encodedBytes
        let identifier = try SignatureIdentifier(node: parts.next("signature algorithm"), what: "signature algorithm")
        let signature = try parts.next("certificate's signature").wholeBits("certificate's signature")
        return try identifier.verify(signature, of: content, by: key)
    }
}

extension SignatureIdentifier {
    /// Whether the signature over the content is by this key, and of a kind that the key may make.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the key cannot be used, or the algorithm is none that is verified here.
    func verify(
        _ signature: ArraySlice<UInt8>, of content: ArraySlice<UInt8>, by key: PublicKeyInfo
    ) throws(RotationError) -> Bool {
        guard let hash else {
            throw RotationError(.badInput, "signatures by \(algorithm) are not verified here")
        }
        if case .rsa(_, _, let use) = key.material, !use.allows(pss) { return false }
        let padding: SignaturePadding =
            if let pss {
                .pss(mask: pss.maskHash, saltLength: pss.saltLength)
            } else if case .rsa = key.material {
                .pkcs1
            } else {
                .none
            }
        return try SignatureVerification.verify(signature, of: content, by: key, hash: hash, padding: padding)
    }
}
