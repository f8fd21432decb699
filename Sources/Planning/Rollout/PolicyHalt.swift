import Fleet
import RotationModel

/// A policy that has stopped, because too many of those that it handed a replacement failed or are stuck.
package struct PolicyHalt: Sendable, Hashable {
    /// The policy's name.
    package let policy: String
    /// Since when: the time of the run that found it; of a dry run that finds it first, the dry run's.
    package let since: Timestamp
    /// Whether a run has recorded it.
    package let isRecorded: Bool
    /// As it was then.
    package let tally: RolloutTally

    package init(policy: String, since: Timestamp, isRecorded: Bool, tally: RolloutTally) {
        self.policy = policy
        self.since = since
        self.isRecorded = isRecorded
        self.tally = tally
    }

    /// `policy sensors is halted since …: 3 failed and 4 stuck of 120 handed out; …`
    package var sentence: String {
        "policy \(policy) is halted since \(since): \(tally.failed) failed and \(tally.stuck) stuck of \(tally.handedOut) "
            + "handed out; when the cause is found, `rotation-job resume \(policy) --note TEXT` lets it go on"
    }
}
