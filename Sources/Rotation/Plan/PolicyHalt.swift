public import Fleet
public import RotationModel

/// A policy that has stopped, because too many of those that it handed a replacement failed or are stuck.
public struct PolicyHalt: Sendable, Hashable {
    /// The policy's name.
    public let policy: String
    /// Since when: the time of the run that found it; of a dry run that finds it first, the dry run's.
    public let since: Timestamp
    /// Whether a run has recorded it.
    public let isRecorded: Bool
    /// As it was then.
    public let tally: RolloutTally

    /// `policy sensors is halted since …: 3 failed and 4 stuck of 120 handed out; …`
    public var sentence: String {
        "policy \(policy) is halted since \(since): \(tally.failed) failed and \(tally.stuck) stuck of \(tally.handedOut) "
            + "handed out; when the cause is found, `rotation-job resume \(policy) --note TEXT` lets it go on"
    }
}
