import RotationModel

/// Issues certificates of one profile under one authority.
///
/// One serves one worker: it keeps a signing context, and what all its certificates have in common is encoded once.
package final class CertificateSigner {
    private let context: SigningContext
    private let identifier: [UInt8]
    private let issuer: DistinguishedName
    /// By shard: BasicConstraints, KeyUsage, ExtendedKeyUsage, AuthorityKeyIdentifier and the CRL's place, encoded. At least one.
    private let shards: [[UInt8]]

    /// - Throws: ``RotationError/Code/configuration`` where the authority's key cannot sign as the profile wants it, or a CRL's URL
    ///   is no ASCII.
    package init(authority: Authority, profile: CertificateProfile) throws(RotationError) {
        let scheme = try SignatureScheme.choose(
            profile.signature, pssHash: profile.pssHash, for: authority.certificate.publicKey,
            at: "authority \(authority.name)")
        context = try SigningContext(key: authority.key, hash: scheme.hash, padding: scheme.padding)
        identifier = SignatureIdentifier.encode(scheme)
        issuer = authority.certificate.subject

        var common = ExtensionEncoder.basicConstraints(authority: false, pathLength: nil)
        if !profile.keyUsage.isEmpty { common += ExtensionEncoder.keyUsage(profile.keyUsage) }
        if !profile.extendedKeyUsage.isEmpty { common += ExtensionEncoder.extendedKeyUsage(profile.extendedKeyUsage) }
        common += ExtensionEncoder.authorityKeyIdentifier(authority.keyIdentifier)
        shards =
            profile.crlURLs.isEmpty
            ? [common]
            : try profile.crlURLs.map { url throws(RotationError) in
                common + (try CertificateSigner.crlDistributionPoint(url, of: authority))
            }
    }

    private static func crlDistributionPoint(_ url: String, of authority: Authority) throws(RotationError) -> [UInt8] {
        do {
            return try ExtensionEncoder.crlDistributionPoint(url)
        } catch {
            throw RotationError(.configuration, error.message, at: "authority \(authority.name)", advice: error.advice)
        }
    }

    /// Signs one certificate: version 3, no authority, with the key, the names and the dates of the order. ``IssuanceCheck`` says
    /// whether it came out that way.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the order cannot be a certificate (a serial number that is not positive or not 16 to 20 bytes
    ///   long, no name at all, dates in the wrong order, an alternative name that is not ASCII);
    ///   ``RotationError/Code/cryptography`` where signing fails.
    package func sign(_ order: CertificateOrder) throws(RotationError) -> Certificate {
        try CertificateSigner.check(order)
        let keyIdentifier = try order.publicKey.keyIdentifier()
        var ownExtensions = ExtensionEncoder.subjectKeyIdentifier(keyIdentifier)
        if !order.subjectAlternativeNames.isEmpty {
            ownExtensions += ExtensionEncoder.subjectAlternativeName(
                try GeneralNames.encode(order.subjectAlternativeNames), critical: order.subject.isEmpty)
        }
        let common = shards[order.serialNumber.shard(of: shards.count)]
        let content = try ToBeSigned(
            serialNumber: order.serialNumber.bytes, signatureIdentifier: identifier, issuer: issuer.der,
            notBefore: order.notBefore, notAfter: order.notAfter, subject: order.subject.der,
            publicKey: order.publicKey.der, extensions: [common, ownExtensions]
        ).encode()
        let der = ToBeSigned.signed(content, identifier: identifier, signature: try context.sign(content))

        // What is handed out is what a reader finds in the bytes, not what was meant to be written.
        do {
            return try Certificate(der: der)
        } catch {
            throw RotationError(.cryptography, "what was signed is no certificate: \(error.message)")
        }
    }

    private static func check(_ order: CertificateOrder) throws(RotationError) {
        let serial = order.serialNumber.bytes
        guard (16...20).contains(serial.count), let first = serial.first, first < 0x80, first > 0 || serial[1] >= 0x80
        else {
            throw RotationError(
                .badInput, "the serial number \(order.serialNumber) cannot be given out",
                advice: "it must be positive, 16 to 20 bytes long, in its shortest form")
        }
        guard order.notBefore <= order.notAfter else {
            throw RotationError(.badInput, "a certificate from \(order.notBefore) to \(order.notAfter) is never valid")
        }
        guard !order.subject.isEmpty || !order.subjectAlternativeNames.isEmpty else {
            throw RotationError(
                .badInput, "a certificate without a name", advice: "give a subject or an alternative name")
        }
    }
}
