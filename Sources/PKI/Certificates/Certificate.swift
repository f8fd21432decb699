import RotationModel

/// An X.509 certificate (RFC 5280), read strictly from DER and kept byte for byte.
///
/// Reading does not verify the signature: that is for whoever relies on the certificate.
package struct Certificate: Hashable, Sendable {
    /// The most bytes of DER that are read.
    package static let largest = 64 * 1024

    package let der: [UInt8]
    /// The SHA-256 of ``der``: the registry's `certificateId`.
    package let fingerprint: Fingerprint
    /// As it came: certificates of others may have one that is negative, zero, or longer than RFC 5280's 20 bytes.
    package let serialNumber: SerialNumber
    package let issuer: DistinguishedName
    package let subject: DistinguishedName
    package let notBefore: Timestamp
    package let notAfter: Timestamp
    package let publicKey: PublicKeyInfo
    package let signatureAlgorithm: SignatureAlgorithm
    /// The parameters of an RSASSA-PSS signature; nil for any other.
    package let pss: PSSParameters?
    /// Whether the signature's hash is weaker than SHA-256. Unknown algorithms count as weak, Ed25519 does not.
    package let isSignatureWeak: Bool
    let extensions: CertificateExtensions
    /// What is not as RFC 5280 wants it, each in a few words: always empty but for ``init(inField:)``.
    package let malformations: [String]

    /// BasicConstraints says CA.
    package var isAuthority: Bool { extensions.isAuthority }
    /// Nil where the extension is absent, which allows every use.
    package var keyUsage: Set<KeyUsage>? { extensions.keyUsage }
    /// Object identifiers in dotted form; nil where the extension is absent.
    package var extendedKeyUsage: [String]? { extensions.extendedKeyUsage }
    /// Those of the kinds that ``RotationModel/GeneralName`` has.
    package var subjectAlternativeNames: [GeneralName] { extensions.subjectAlternativeNames }
    package var subjectKeyIdentifier: [UInt8]? { extensions.subjectKeyIdentifier }
    package var authorityKeyIdentifier: [UInt8]? { extensions.authorityKeyIdentifier }
    /// The URIs where the issuer's CRL is to be had, in the certificate's order.
    package var crlDistributionPoints: [String] { extensions.crlDistributionPoints }
    /// Whether its key may sign CRLs: KeyUsage is absent or has cRLSign.
    package var maySignRevocationLists: Bool { keyUsage?.contains(.cRLSign) ?? true }

    /// One certificate that fills the bytes.
    ///
    /// - Throws: ``RotationError/Code/badInput`` that names the part that is wrong.
    package init(der: [UInt8]) throws(RotationError) {
        self = try CertificateReader.read(der)
    }

    /// A certificate that a device has already, however it is written: one that fills the bytes.
    ///
    /// Whoever replaces it needs its dates, its serial number, and the bytes of its issuer's name and its key. What else is not as RFC 5280
    /// wants it is passed over and stands in ``malformations``; a key that cannot be read is kept as ``RotationModel/KeyAlgorithm/other(_:)``
    /// with a weakness. Times may have fractions, another time zone or no seconds. For what is relied on (authorities, what was just issued,
    /// what others are asked for) there is ``init(der:)``.
    ///
    /// - Throws: ``RotationError/Code/badInput`` that names the part that cannot be done without.
    package init(inField der: [UInt8]) throws(RotationError) {
        self = try CertificateReader.read(der, .lenient)
    }

    /// PEM with exactly one CERTIFICATE block, or DER.
    ///
    /// - Throws: ``RotationError/Code/badInput``.
    package init(reading bytes: [UInt8]) throws(RotationError) {
        let all = try Certificate.all(reading: bytes)
        guard all.count == 1 else {
            throw RotationError(.badInput, "there are \(all.count) certificates where one is expected")
        }
        self = all[0]
    }

    /// All certificates of a PEM bundle, in its order, one or more; or one in DER. Blocks of other kinds are passed over.
    ///
    /// - Throws: ``RotationError/Code/badInput``, also where there is none.
    package static func all(reading bytes: [UInt8]) throws(RotationError) -> [Certificate] {
        if PEM.looksLikeDER(bytes) { return [try Certificate(der: bytes)] }
        let blocks = try PEM.blocks(in: bytes, labelled: PEM.certificateLabels)
        var certificates: [Certificate] = []
        for block in blocks where PEM.certificateLabels.contains(block.label) {
            certificates.append(try Certificate(der: block.der))
        }
        guard !certificates.isEmpty else {
            let found =
                blocks.first.map { "a PEM block \"\($0.label)\"" }
                ?? (bytes.isEmpty ? "nothing" : "neither PEM nor DER")
            throw RotationError(
                .badInput, "no certificate: found \(found)",
                advice: "give PEM that starts with -----BEGIN CERTIFICATE-----, or DER")
        }
        return certificates
    }

    init(
        der: [UInt8], serialNumber: SerialNumber, issuer: DistinguishedName, subject: DistinguishedName,
        notBefore: Timestamp, notAfter: Timestamp, publicKey: PublicKeyInfo, signatureAlgorithm: SignatureAlgorithm,
        pss: PSSParameters?, isSignatureWeak: Bool, extensions: CertificateExtensions, malformations: [String] = []
    ) {
        self.der = der
        fingerprint = Fingerprint(SHA256.digest(der))
        self.serialNumber = serialNumber
        self.issuer = issuer
        self.subject = subject
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.publicKey = publicKey
        self.signatureAlgorithm = signatureAlgorithm
        self.pss = pss
        self.isSignatureWeak = isSignatureWeak
        self.extensions = extensions
        self.malformations = malformations
    }

    /// In lines of 64 characters, the last one ended too.
    package var pem: String { String(decoding: PEM.encode("CERTIFICATE", der), as: UTF8.self) }

    package static func == (left: Certificate, right: Certificate) -> Bool { left.der == right.der }
    package func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }
}
