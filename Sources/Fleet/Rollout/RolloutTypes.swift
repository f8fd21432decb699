public import RotationModel

/// How those fared that a policy handed a replacement.
public struct RolloutTally: Sendable, Hashable {
    /// Those that were handed one, and those whose replacement could not be made.
    public var handedOut: Int
    /// Given up without a proof, or not made.
    public var failed: Int
    /// Handed out and not confirmed in the time that the policy gives.
    public var stuck: Int

    public init(handedOut: Int, failed: Int, stuck: Int) {
        self.handedOut = handedOut
        self.failed = failed
        self.stuck = stuck
    }
}

/// A policy that stopped by itself, and that nobody has resumed.
public struct StandingHalt: Sendable, Hashable {
    /// The policy's name.
    public let policy: String
    public let haltedAt: Timestamp
    public let run: String
    /// As it was then.
    public let tally: RolloutTally
}

/// A rotation that is under way and not confirmed.
public struct UnconfirmedRotation: Sendable, Hashable {
    public let deviceRow: Int64
    public let device: DeviceID
    /// The name of the policy that opened it.
    public let policy: String
    /// The replacement, by its row; nil until it is issued.
    public let newCertificate: Int64?
    /// Since when the device has to answer: since its replacement was laid out for it, or since it was asked for a CSR.
    public let waitingSince: Timestamp
}

/// A device whose replacement could not be made.
public struct IssuanceFailure: Sendable {
    public var deviceRow: Int64
    /// The policy's name.
    public var policy: String
    public var why: String

    public init(deviceRow: Int64, policy: String, why: String) {
        self.deviceRow = deviceRow
        self.policy = policy
        self.why = why
    }
}
