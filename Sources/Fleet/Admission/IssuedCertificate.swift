import RotationModel

/// A certificate that a run issued, and that its device may use or is to confirm.
package struct IssuedCertificate: Sendable, Equatable {
    package let row: Int64
    /// `ACTIVE`, or `PENDING_ACTIVATION` in the device's open rotation.
    package let status: CertificateStatus
    /// The last second in which it is valid.
    package let notAfter: Timestamp
    package let der: [UInt8]
}

/// A revocation, by the number that orders them all.
package struct NumberedRevocation: Sendable, Equatable {
    /// Only ever grows.
    package let number: Int64
    package let fingerprint: Fingerprint
}
