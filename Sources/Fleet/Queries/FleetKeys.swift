import RotationModel

/// A certificate or a waiting CSR, for whoever looks at its key.
package struct FleetKey: Sendable {
    package enum Body: Sendable {
        /// DER.
        case certificate([UInt8])
        /// A SubjectPublicKeyInfo.
        case request([UInt8])
    }

    package let device: DeviceID
    /// Nil where it is a CSR.
    package let certificate: Fingerprint?
    package let status: CertificateStatus?
    package let key: KeyFingerprint
    package let body: Body
}
