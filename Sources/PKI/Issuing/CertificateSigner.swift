import RotationModel

/// Issues certificates of one profile under one authority.
///
/// One serves one worker: it keeps a signing context, and what all its certificates have in common is encoded once.
public final class CertificateSigner {
    private let context: SigningContext
    private let signature: SignatureAlgorithm
    private let pss: PSSParameters?
    private let isSignatureWeak: Bool
    private let identifier: [UInt8]
    private let issuer: DistinguishedName
    /// By shard: BasicConstraints, KeyUsage, ExtendedKeyUsage, AuthorityKeyIdentifier and the CRL's place. At least one.
    private let shards: [CommonExtensions]

    /// - Throws: ``RotationError/Code/configuration`` where the authority's key cannot sign as the profile wants it, or a CRL's URL
    ///   is no ASCII.
    public init(authority: Authority, profile: CertificateProfile) throws(RotationError) {
        let scheme = try SignatureScheme.choose(
            profile.signature, pssHash: profile.pssHash, for: authority.certificate.publicKey,
            at: "authority \(authority.name)")
        context = try SigningContext(key: authority.key, hash: scheme.hash, padding: scheme.padding)
        signature = scheme.algorithm
        identifier = SignatureIdentifier.encode(scheme)
        let reading = try SignatureIdentifier(
            node: DERReader.parse(identifier[...], what: "signature algorithm"), what: "signature algorithm")
        (pss, isSignatureWeak) = (reading.pss, reading.isWeak)
        issuer = authority.certificate.subject

        var common = ExtensionEncoder.basicConstraints(authority: false, pathLength: nil)
        if !profile.keyUsage.isEmpty { common += ExtensionEncoder.keyUsage(profile.keyUsage) }
        if !profile.extendedKeyUsage.isEmpty { common += ExtensionEncoder.extendedKeyUsage(profile.extendedKeyUsage) }
        common += ExtensionEncoder.authorityKeyIdentifier(authority.keyIdentifier)
        shards =
            profile.crlURLs.isEmpty
            ? [try CommonExtensions(common)]
            : try profile.crlURLs.map { url throws(RotationError) in
                try CertificateSigner.extensions(common, crl: url, of: authority)
            }
    }

    /// The extensions that all certificates of a shard share, encoded and as a reader finds them.
    private struct CommonExtensions {
        let encoded: [UInt8]
        let parsed: CertificateExtensions

        init(_ encoded: [UInt8]) throws(RotationError) {
            self.encoded = encoded
            let node = try DERReader.parse(DEREncoder.element(0x30, encoded)[...], what: "extensions")
            parsed = try CertificateExtensions(node: node)
        }
    }

    private static func extensions(
        _ common: [UInt8], crl url: String, of authority: Authority
    ) throws(RotationError) -> CommonExtensions {
        do {
            return try CommonExtensions(common + ExtensionEncoder.crlDistributionPoint(url))
        } catch {
            throw RotationError(.configuration, error.message, at: "authority \(authority.name)", advice: error.advice)
        }
    }

    /// Signs one certificate: version 3, no authority, with the key, the names and the dates of the order.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the order cannot be a certificate (a serial number that is not positive or not 16 to 20 bytes
    ///   long, no name at all, dates in the wrong order, an alternative name that is not ASCII);
    ///   ``RotationError/Code/cryptography`` where signing fails.
    public func sign(_ order: CertificateOrder) throws(RotationError) -> Certificate {
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
            publicKey: order.publicKey.der, extensions: [common.encoded, ownExtensions]
        ).encode()
        let der = ToBeSigned.signed(content, identifier: identifier, signature: try context.sign(content))

        var extensions = common.parsed
        extensions.subjectKeyIdentifier = keyIdentifier
        extensions.subjectAlternativeNames = order.subjectAlternativeNames
        // What was just written need not be read again: a test holds this against the reader.
        return Certificate(
            der: der, serialNumber: order.serialNumber, issuer: issuer, subject: order.subject,
            notBefore: order.notBefore, notAfter: order.notAfter, publicKey: order.publicKey,
            signatureAlgorithm: signature, pss: pss, isSignatureWeak: isSignatureWeak, extensions: extensions)
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
