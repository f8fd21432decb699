import RotationModel

/// What the inventory keeps of a certificate, as a reader of X.509 found it.
package struct CertificateColumns: Sendable, Equatable {
    /// SHA-256 of ``der``.
    package var fingerprint: Fingerprint
    package var serialNumber: SerialNumber
    /// The issuer's name, as RFC 4514 writes it.
    package var issuer: String
    /// The subject's name, as RFC 4514 writes it. May be empty.
    package var subject: String
    package var notBefore: Timestamp
    package var notAfter: Timestamp
    package var key: KeyAlgorithm
    /// Why the key is known weak, or nil.
    package var keyWeakness: String?
    /// SHA-256 of the SubjectPublicKeyInfo.
    package var keyFingerprint: KeyFingerprint
    /// What the key is, however it is written.
    package var keyIdentity: KeyIdentity
    package var signature: SignatureAlgorithm
    /// Whether the signature's hash is weaker than SHA-256.
    package var isSignatureWeak: Bool
    package var der: [UInt8]
    /// Who signed it; nil where nobody looked, and for what this job issues.
    package var signedBy: SignedBy?
    /// What is not as RFC 5280 wants it, in a few words; nil where nothing is.
    package var malformed: String?

    package init(
        fingerprint: Fingerprint, serialNumber: SerialNumber, issuer: String, subject: String, notBefore: Timestamp,
        notAfter: Timestamp, key: KeyAlgorithm, keyWeakness: String?, keyFingerprint: KeyFingerprint,
        keyIdentity: KeyIdentity, signature: SignatureAlgorithm, isSignatureWeak: Bool, der: [UInt8],
        signedBy: SignedBy? = nil, malformed: String? = nil
    ) {
        self.fingerprint = fingerprint
        self.serialNumber = serialNumber
        self.issuer = issuer
        self.subject = subject
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.key = key
        self.keyWeakness = keyWeakness
        self.keyFingerprint = keyFingerprint
        self.keyIdentity = keyIdentity
        self.signature = signature
        self.isSignatureWeak = isSignatureWeak
        self.der = der
        self.signedBy = signedBy
        self.malformed = malformed
    }
}

/// Reads X.509 certificates, many at a time. Fleet knows no X.509: whoever composes it with PKI hands one in. It is called on all cores at once.
///
/// - Parameter pemOrDER: Certificates, each in either form.
/// - Returns: What came of each, in the same order.
package typealias CertificateReader =
    @Sendable (_ pemOrDER: [[UInt8]]) -> [Result<CertificateColumns, RotationError>]
