import RotationModel

/// What the inventory keeps of a certificate, as a reader of X.509 found it.
public struct CertificateColumns: Sendable, Equatable {
    /// SHA-256 of ``der``.
    public var fingerprint: Fingerprint
    public var serialNumber: SerialNumber
    /// The issuer's name, as RFC 4514 writes it.
    public var issuer: String
    /// The subject's name, as RFC 4514 writes it. May be empty.
    public var subject: String
    public var notBefore: Timestamp
    public var notAfter: Timestamp
    public var key: KeyAlgorithm
    /// Why the key is known weak, or nil.
    public var keyWeakness: String?
    /// SHA-256 of the SubjectPublicKeyInfo.
    public var keyFingerprint: KeyFingerprint
    /// What the key is, however it is written.
    public var keyIdentity: KeyIdentity
    public var signature: SignatureAlgorithm
    /// Whether the signature's hash is weaker than SHA-256.
    public var isSignatureWeak: Bool
    public var der: [UInt8]
    /// Who signed it; nil where nobody looked, and for what this job issues.
    public var signedBy: SignedBy?
    /// What is not as RFC 5280 wants it, in a few words; nil where nothing is.
    public var malformed: String?

    public init(
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

/// Reads X.509 certificates, many at a time, so that all cores can read. Fleet knows no X.509: whoever composes it with PKI hands one in.
///
/// - Parameter pemOrDER: Certificates, each in either form.
/// - Returns: What came of each, in the same order.
public typealias CertificateReader =
    @Sendable (_ pemOrDER: [[UInt8]]) -> [Result<CertificateColumns, RotationError>]
