import Lifecycle
import RotationModel

/// A rotation of a device, under way or done.
package struct RotationStory: Sendable, Equatable {
    package let row: Int64
    package let state: RotationState
    package let oldCertificate: Fingerprint
    /// Nil until it was issued.
    package let newCertificate: Fingerprint?
    package let cause: Cause
    /// The run that opened it.
    package let run: RunID
    package let openedAt: Timestamp
    package let changedAt: Timestamp
    /// The first time that a CSR was asked for.
    package internal(set) var asked: RotationStep? = nil
    package internal(set) var issued: RotationStep? = nil
    /// The manifest that brings the replacement was published.
    package internal(set) var delivered: RotationStep? = nil
    package internal(set) var confirmed: RotationStep? = nil
    /// It was completed or cancelled.
    package internal(set) var ended: RotationStep? = nil
    /// The revocation order that caused it, by its name.
    package internal(set) var revocation: String? = nil
}

/// A step of a rotation: when it was taken, and by which run.
package struct RotationStep: Sendable, Equatable {
    package let at: Timestamp
    /// Nil where it was taken before runs were recorded with the steps.
    package let run: RunID?

    package init(at: Timestamp, run: RunID?) {
        self.at = at
        self.run = run
    }
}

/// All that the inventory knows of a device.
package struct DeviceStory: Sendable {
    package let listing: DeviceListing
    /// Of the last manifest; 0 where there was none.
    package let sequence: Int
    package let addedAt: Timestamp
    /// The oldest first.
    package let rotations: [RotationStory]
    /// What the device is to pick up.
    package let manifest: ManifestRecord?
    package let isManifestPublished: Bool
    package let request: WaitingRequest?
    package let requestReceivedAt: Timestamp?
    /// Why the last CSR was not taken.
    package let refused: String?
    /// The last ones about this device, the oldest first.
    package let audit: [AuditEntry]
    /// When it last spoke to the gate; nil where it never did.
    package internal(set) var lastSeen: Timestamp? = nil
}
