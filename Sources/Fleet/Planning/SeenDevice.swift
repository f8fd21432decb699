import RotationModel

/// A device that spoke to the gate.
package struct SeenDevice: Sendable, Equatable {
    package let deviceRow: Int64
    /// When it last did.
    package let at: Timestamp

    package init(deviceRow: Int64, at: Timestamp) { (self.deviceRow, self.at) = (deviceRow, at) }
}
