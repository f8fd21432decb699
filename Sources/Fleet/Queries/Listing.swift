import RotationModel

/// Which devices to list. What is left out does not restrict.
package struct ListFilter: Sendable {
    /// Devices with a certificate of this status; only those certificates are listed.
    package var status: CertificateStatus?
    /// Devices that have all of these labels.
    package var labels: [(name: String, text: String)]
    /// Devices with a certificate whose notAfter is earlier; only those certificates are listed.
    package var notAfterBefore: Timestamp?

    package init(
        status: CertificateStatus? = nil, labels: [(name: String, text: String)] = [], notAfterBefore: Timestamp? = nil
    ) {
        self.status = status
        self.labels = labels
        self.notAfterBefore = notAfterBefore
    }

    var restrictsCertificates: Bool { status != nil || notAfterBefore != nil }
}

/// A certificate, as lists and stories show it.
package struct ListedCertificate: Sendable, Equatable {
    package let fingerprint: Fingerprint
    package let status: CertificateStatus
    package let serialNumber: SerialNumber
    package let issuer: String
    package let subject: String
    package let notBefore: Timestamp
    package let notAfter: Timestamp
    package let key: KeyAlgorithm
    package let keyWeakness: String?
    package let keyFingerprint: KeyFingerprint
    package let signature: SignatureAlgorithm
    package let isSignatureWeak: Bool
    /// The authority that this job signed it with; nil for one that was imported.
    package let authority: String?
    package let addedAt: Timestamp
    /// Since when it has its status.
    package let statusAt: Timestamp
    /// Where it comes from and what became of it. In a device's story alone: lists do not read it.
    package internal(set) var history: CertificateHistory? = nil
    /// Who signed it; nil where nobody looked. What this job issued, an authority signed.
    package internal(set) var signedBy: SignedBy? = nil
    /// What is not as RFC 5280 wants it; nil where nothing is.
    package internal(set) var malformed: String? = nil
}

package struct DeviceListing: Sendable, Equatable {
    package let device: DeviceID
    package let account: AccountID
    package let labels: Labels
    /// The earliest notBefore first, then by fingerprint.
    package let certificates: [ListedCertificate]
}
