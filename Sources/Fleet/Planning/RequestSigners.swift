import RotationModel

/// The certificates whose keys may, or may not, speak for a device in a signed request.
package struct RequestSigners: Sendable {
    package struct Signer: Sendable {
        package let row: Int64
        package let fingerprint: Fingerprint
        package let status: CertificateStatus
        package let notBefore: Timestamp
        package let notAfter: Timestamp
        package let der: [UInt8]
    }

    package let device: DeviceID
    /// The `ACTIVE` certificate that is the current one: its key alone speaks for the device. Nil where none is `ACTIVE`.
    package let current: Signer?
    /// The device's others, of any status.
    package let others: [Signer]
}

extension RequestSigners.Signer {
    init(_ certificate: PlanningCertificate, _ der: [UInt8]) {
        self.init(
            row: certificate.row, fingerprint: certificate.fingerprint, status: certificate.status,
            notBefore: certificate.notBefore, notAfter: certificate.notAfter, der: der)
    }
}
