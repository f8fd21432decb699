import RotationModel

/// Guards: a run that would go over one of them stops before it does anything.
package struct RunLimits: Hashable, Sendable {
    /// Of the fleet's active certificates, how many one run may revoke.
    package let revoke: Share
    /// Certificates in one run.
    package let issue: Int
    package let issuePerMinute: Int
    /// How far after the last run's time a run's may lie without a person's word.
    package let clockJump: TimeSpan

    package init(
        revoke: Share = Share(partsPerMillion: 50_000), issue: Int = 100_000, issuePerMinute: Int = 60_000,
        clockJump: TimeSpan = .days(30)
    ) {
        self.revoke = revoke
        self.issue = issue
        self.issuePerMinute = issuePerMinute
        self.clockJump = clockJump
    }
}
