public import RotationModel

/// What revocation rules ask of a certificate.
public struct RevocableFacts: Sendable {
    public let fingerprint: Fingerprint
    public let serialNumber: SerialNumber
    /// The issuer's name as RFC 4514 text.
    public let issuer: String
    public let notBefore: Timestamp
    public let key: KeyAlgorithm
    public let keyFingerprint: KeyFingerprint
    /// Of the same key as others write it, as far as rules name it so.
    public let otherKeyFingerprints: Set<KeyFingerprint>
    public let signature: SignatureAlgorithm
    /// Whether another device has a certificate with the same key; asked only by rules that have
    /// ``RevocationRule/needsKeySharing``.
    public let isKeyShared: Bool

    public init(
        fingerprint: Fingerprint, serialNumber: SerialNumber, issuer: String, notBefore: Timestamp, key: KeyAlgorithm,
        keyFingerprint: KeyFingerprint, otherKeyFingerprints: Set<KeyFingerprint> = [], signature: SignatureAlgorithm,
        isKeyShared: Bool = false
    ) {
        self.fingerprint = fingerprint
        self.serialNumber = serialNumber
        self.issuer = issuer
        self.notBefore = notBefore
        self.key = key
        self.keyFingerprint = keyFingerprint
        self.otherKeyFingerprints = otherKeyFingerprints
        self.signature = signature
        self.isKeyShared = isKeyShared
    }
}
