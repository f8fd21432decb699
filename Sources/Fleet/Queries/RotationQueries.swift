import Lifecycle
import RotationModel

/// A rotation that is under way, for who watches over it.
package struct OpenRotationListing: Sendable, Equatable {
    package let row: Int64
    package let device: DeviceID
    package let account: AccountID
    package let state: RotationState
    package let reason: Reason
    /// The policy's name.
    package let policy: String
    package let openedAt: Timestamp
    /// Since when it stands where it stands.
    package let changedAt: Timestamp
    /// When the certificate that it replaces expires.
    package let notAfter: Timestamp
    /// The first time that the device was asked for a CSR.
    package internal(set) var askedAt: Timestamp? = nil
    /// When the manifest that brings the replacement was published.
    package internal(set) var deliveredAt: Timestamp? = nil
}
