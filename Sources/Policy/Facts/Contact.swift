import RotationModel

/// When a device last spoke to the gate, as far as that says anything.
package enum Contact: Hashable, Sendable {
    /// No device of the fleet was ever seen: there is no gate, or nobody uses it yet.
    case unknown
    /// Others were seen, and this one never.
    case never
    case last(Timestamp)
}
