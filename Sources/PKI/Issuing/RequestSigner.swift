import RotationModel

/// Makes certification requests, as a device would: for tests, demonstrations and simulated devices.
package enum RequestSigner {
    /// A PKCS#10 request (RFC 2986) without attributes, in DER, signed with the key it asks for.
    ///
    /// - Parameter signature: One that the key can do; by default the one that fits its strength.
    /// - Throws: ``RotationError/Code/configuration`` where the key cannot sign that way.
    package static func make(
        key: PrivateKey, subject: DistinguishedName, signature: SignatureAlgorithm? = nil
    ) throws(RotationError) -> [UInt8] {
        let scheme = try SignatureScheme.choose(signature, for: key.publicKey)
        let content = DEREncoder.sequence(DEREncoder.integer(0), subject.der, key.publicKey.der, [0xA0, 0x00])
        let signature = try SigningContext(key: key, hash: scheme.hash, padding: scheme.padding).sign(content)
        return ToBeSigned.signed(content, identifier: SignatureIdentifier.encode(scheme), signature: signature)
    }
}
