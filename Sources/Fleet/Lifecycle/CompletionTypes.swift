import RotationModel

/// A replaced certificate whose overlap is over.
package struct CompletionOrder: Sendable {
    /// The confirmed rotation that ends by it. Nil where the rotation has ended before and its old certificate stayed
    /// `ACTIVE` for another device's sake.
    package var rotation: Int64?
    package var deviceRow: Int64
    package var device: DeviceID
    /// The old certificate, by its row.
    package var certificateRow: Int64
    package var fingerprint: Fingerprint
    /// Why now; stands in the audit and in the manifest.
    package var cause: Cause
    /// When the manifest that says that there is nothing to do expires.
    package var manifestExpires: Timestamp

    package init(
        rotation: Int64?, deviceRow: Int64, device: DeviceID, certificateRow: Int64, fingerprint: Fingerprint,
        cause: Cause, manifestExpires: Timestamp
    ) {
        self.rotation = rotation
        self.deviceRow = deviceRow
        self.device = device
        self.certificateRow = certificateRow
        self.fingerprint = fingerprint
        self.cause = cause
        self.manifestExpires = manifestExpires
    }
}

/// A confirmed rotation in which no overlap is left to wait for: one of its certificates is no longer `ACTIVE`.
package struct SettledRotation: Sendable, Equatable {
    package let rotation: Int64
    package let deviceRow: Int64
    package let device: DeviceID
    /// The old certificate, by its row.
    package let certificateRow: Int64
    /// Of the old certificate.
    package let fingerprint: Fingerprint
    /// Of the old certificate.
    package let status: CertificateStatus
    /// Of the new certificate. Where it is not `ACTIVE`, completing the rotation takes it back: see
    /// ``Inventory/complete(_:run:at:)``.
    package let replacementStatus: CertificateStatus
    /// Why the rotation was opened, and where the policy stood that opened it.
    package let cause: Cause
}
