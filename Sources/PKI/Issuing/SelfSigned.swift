import RotationModel

/// Certificates that sign themselves: for `init --with-authority`, and for trying things out.
package enum SelfSigned {
    /// The certificate of a root authority: BasicConstraints CA, KeyUsage keyCertSign and cRLSign, both critical, and its
    /// SubjectKeyIdentifier.
    ///
    /// - Parameters:
    ///   - serial: Positive, 16 to 20 bytes.
    ///   - pathLength: How many authorities may stand below it; nil sets no bound.
    /// - Throws: ``RotationError/Code/configuration`` where the key can sign no certificates.
    package static func authority(
        subject: DistinguishedName, key: PrivateKey, notBefore: Timestamp, notAfter: Timestamp, serial: SerialNumber,
        pathLength: UInt8? = 0
    ) throws(RotationError) -> Certificate {
        let scheme = try SignatureScheme.choose(for: key.publicKey)
        let identifier = SignatureIdentifier.encode(scheme)
        let extensions = [
            ExtensionEncoder.basicConstraints(authority: true, pathLength: pathLength),
            ExtensionEncoder.keyUsage([.keyCertSign, .cRLSign]),
            ExtensionEncoder.subjectKeyIdentifier(try key.publicKey.keyIdentifier()),
        ]
        let content = try ToBeSigned(
            serialNumber: serial.bytes, signatureIdentifier: identifier, issuer: subject.der, notBefore: notBefore,
            notAfter: notAfter, subject: subject.der, publicKey: key.publicKey.der, extensions: extensions
        ).encode()
        let signature = try SigningContext(key: key, hash: scheme.hash, padding: scheme.padding).sign(content)
        return try Certificate(der: ToBeSigned.signed(content, identifier: identifier, signature: signature))
    }
}
