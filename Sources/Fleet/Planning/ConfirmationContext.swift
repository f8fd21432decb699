import Lifecycle
import RotationModel

/// What judging a device's confirmation needs to know of it.
package struct ConfirmationContext: Sendable {
    package let deviceRow: Int64
    package let device: DeviceID
    /// The rotation that is to be confirmed, or the last one that was. Nil where the device was never given a certificate
    /// that it could confirm.
    package let rotation: ConfirmableRotation?
}

/// A rotation that has its replacement.
package struct ConfirmableRotation: Sendable {
    package struct Replacement: Sendable, Equatable {
        package let row: Int64
        package let fingerprint: Fingerprint
        package let status: CertificateStatus
        package let notAfter: Timestamp
        package let der: [UInt8]
    }

    package let row: Int64
    /// `issued` or `delivered`: to be confirmed; `confirmed` or `completed`: it was.
    package let state: RotationState
    package let replacement: Replacement
    /// The certificate that is replaced, in DER.
    package let replacedDER: [UInt8]
    /// The sequence numbers of the manifests that carried the replacement.
    package let sequences: ClosedRange<Int>
    /// When the replacement was issued, and with it the first manifest that brought it. Nil where an older version recorded it.
    package let issuedAt: Timestamp?
    /// When its manifest was published.
    package let deliveredAt: Timestamp?
    package let confirmedAt: Timestamp?
    /// SHA-256 of the acknowledgement that confirmed it.
    package let confirmation: SHA256Digest?
    /// The run that took it in.
    package let confirmedRun: String?
    /// Whether that run died or failed: it may have left the acknowledgement's file in the inbox after its commit.
    package let isConfirmingRunInterrupted: Bool
}
