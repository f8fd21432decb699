import RotationModel

/// A claim of a certificate by a device, as far as it takes to say whether whoever shows the certificate is let in.
package struct RegisteredCertificate: Sendable, Equatable {
    package var row: Int64
    package var fingerprint: Fingerprint
    package var status: CertificateStatus
    package var notBefore: Timestamp
    /// The last second in which it is valid.
    package var notAfter: Timestamp
    package var key: KeyAlgorithm
    /// Why the key is known weak, or nil.
    package var keyWeakness: String?
    package var publicKey: KeyReference
    /// Whether the key proves nothing any more: it was revoked as compromised, or its private half was in a file of the inbox.
    package var isKeyRefused: Bool
    /// Whether it is the replacement that the device's open rotation brings.
    package var isOpenReplacement: Bool

    // Whose it is.

    package var deviceRow: Int64
    package var device: DeviceID
    package var account: AccountID

    package init(
        row: Int64, fingerprint: Fingerprint, status: CertificateStatus, notBefore: Timestamp, notAfter: Timestamp,
        key: KeyAlgorithm, keyWeakness: String?, publicKey: KeyReference, isKeyRefused: Bool,
        isOpenReplacement: Bool, deviceRow: Int64, device: DeviceID, account: AccountID
    ) {
        (self.row, self.fingerprint, self.status) = (row, fingerprint, status)
        (self.notBefore, self.notAfter) = (notBefore, notAfter)
        (self.key, self.keyWeakness, self.publicKey, self.isKeyRefused) = (key, keyWeakness, publicKey, isKeyRefused)
        self.isOpenReplacement = isOpenReplacement
        (self.deviceRow, self.device, self.account) = (deviceRow, device, account)
    }
}

/// A device's current certificate, which decisions are about, and what a policy is chosen by besides the account.
package struct CurrentCertificate: Sendable, Equatable {
    package var row: Int64
    /// The issuer's name, as RFC 4514 writes it.
    package var issuer: String
    /// The device's.
    package var labels: Labels

    package init(row: Int64, issuer: String, labels: Labels) {
        (self.row, self.issuer, self.labels) = (row, issuer, labels)
    }
}
