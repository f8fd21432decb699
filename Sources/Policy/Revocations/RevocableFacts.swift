import RotationModel

/// What revocation rules ask of a certificate.
package struct RevocableFacts: Sendable {
    package let fingerprint: Fingerprint
    package let serialNumber: SerialNumber
    /// The issuer's name as RFC 4514 text.
    package let issuer: String
    package let notBefore: Timestamp
    package let key: KeyAlgorithm
    package let keyFingerprint: KeyFingerprint
    /// Of the same key as others write it, as far as rules name it so.
    package let otherKeyFingerprints: Set<KeyFingerprint>
    package let signature: SignatureAlgorithm
    /// Whether another device has a certificate with the same key; asked only by rules that have
    /// ``RevocationRule/needsKeySharing``.
    package let isKeyShared: Bool

    package init(
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
