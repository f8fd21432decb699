import RotationModel

/// How those fared that a policy handed a replacement.
package struct RolloutTally: Sendable, Hashable {
    /// Those that were handed one, and those whose replacement could not be made.
    package var handedOut: Int
    /// Given up without a proof, or not made.
    package var failed: Int
    /// Handed out and not confirmed in the time that the policy gives.
    package var stuck: Int

    package init(handedOut: Int, failed: Int, stuck: Int) {
        self.handedOut = handedOut
        self.failed = failed
        self.stuck = stuck
    }
}

/// A policy that stopped by itself, and that nobody has resumed.
package struct StandingHalt: Sendable, Hashable {
    /// The policy's name.
    package let policy: String
    package let haltedAt: Timestamp
    package let run: RunID
    /// As it was then.
    package let tally: RolloutTally
}

/// A rotation that is under way and not confirmed.
package struct UnconfirmedRotation: Sendable, Hashable {
    package let deviceRow: Int64
    package let device: DeviceID
    /// The name of the policy that opened it.
    package let policy: String
    /// The replacement, by its row; nil until it is issued.
    package let newCertificate: Int64?
    /// Since when the device has to answer: since its replacement was laid out for it, or since it was asked for a CSR.
    package let waitingSince: Timestamp
}

/// A device whose replacement could not be made.
package struct IssuanceFailure: Sendable {
    package var deviceRow: Int64
    /// The policy's name.
    package var policy: String
    package var why: String

    package init(deviceRow: Int64, policy: String, why: String) {
        self.deviceRow = deviceRow
        self.policy = policy
        self.why = why
    }
}
