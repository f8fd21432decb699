import RotationModel

/// A CSR that waits, of a device that has the key first.
package struct HeldRequest: Sendable, Equatable {
    package let deviceRow: Int64
    package let device: DeviceID
    package let proof: RequestProof
}
