import RotationModel

// When an old certificate may go, and when a device that does not confirm is a matter for a person.
extension RotationPolicy {
    /// Until when the old certificate stays valid beside the new one.
    ///
    /// - Parameter confirmedAt: when the device proved that it holds the new key.
    package func overlapEnd(confirmedAt: Timestamp) -> Timestamp { confirmedAt + expiry.overlap }

    /// Whether the old certificate may be retired: ``overlapEnd(confirmedAt:)`` has come.
    package func isOverlapOver(confirmedAt: Timestamp, at now: Timestamp) -> Bool {
        now >= overlapEnd(confirmedAt: confirmedAt)
    }

    /// How long a device has for its proof, from when its new certificate was laid out for it, and for its CSR, from when it was
    /// asked.
    package var patience: Patience { Patience(expiry.confirmWithin) }
}
