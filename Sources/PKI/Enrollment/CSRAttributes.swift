import RotationModel

/// What an EST server asks of a CSR (RFC 7030, 4.5.2; RFC 8951, 3.5).
package enum CSRAttributes {
    /// That the key is to be of an algorithm: an attribute of the key's type whose value is the curve, or the length in bits.
    ///
    /// - Returns: CsrAttrs in DER; nil where there is no such attribute for the algorithm.
    package static func encode(wanting key: KeyAlgorithm) -> [UInt8]? {
        let type: ObjectIdentifier
        let value: [UInt8]
        switch key {
        case .ecdsaP256: (type, value) = (.ecPublicKey, DEREncoder.objectIdentifier(.p256))
        case .ecdsaP384: (type, value) = (.ecPublicKey, DEREncoder.objectIdentifier(.p384))
        case .ecdsaP521: (type, value) = (.ecPublicKey, DEREncoder.objectIdentifier(.p521))
        case .rsa(let bits):
            (type, value) = (
                .rsaEncryption,
                DEREncoder.positiveInteger([UInt8(truncatingIfNeeded: bits >> 8), UInt8(truncatingIfNeeded: bits)])
            )
        case .dsa, .ed25519, .other: return nil
        }
        return DEREncoder.sequence(
            DEREncoder.sequence(DEREncoder.objectIdentifier(type), DEREncoder.element(0x31, value)))
    }
}
