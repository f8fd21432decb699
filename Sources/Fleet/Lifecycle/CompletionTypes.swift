import RotationModel

/// A replaced certificate whose overlap is over.
public struct CompletionOrder: Sendable {
    /// The confirmed rotation that ends by it. Nil where the rotation has ended before and its old certificate stayed
    /// `ACTIVE` for another device's sake.
    public var rotation: Int64?
    public var deviceRow: Int64
    public var device: DeviceID
    /// The old certificate, by its row.
    public var certificateRow: Int64
    public var fingerprint: Fingerprint
    /// Why now; stands in the audit and in the manifest.
    public var cause: Cause
    /// When the manifest that says that there is nothing to do expires.
    public var manifestExpires: Timestamp

    public init(
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
public struct SettledRotation: Sendable, Equatable {
    public let rotation: Int64
    public let deviceRow: Int64
    public let device: DeviceID
    /// The old certificate, by its row.
    public let certificateRow: Int64
    /// Of the old certificate.
    public let fingerprint: Fingerprint
    /// Of the old certificate.
    public let status: CertificateStatus
    /// Of the new certificate. Where it is not `ACTIVE`, completing the rotation takes it back: see
    /// ``Inventory/complete(_:run:at:)``.
    public let replacementStatus: CertificateStatus
    /// Why the rotation was opened, and where the policy stood that opened it.
    public let cause: Cause
}
