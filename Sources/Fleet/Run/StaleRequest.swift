import RotationModel

/// A CSR that waits.
package struct StaleRequest: Sendable, Equatable {
    package let deviceRow: Int64
    package let device: DeviceID
    package let keyIdentity: KeyIdentity
    package let proof: RequestProof
}
