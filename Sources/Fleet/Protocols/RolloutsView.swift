import RotationModel

/// How far rollouts have come.
package protocol RolloutsView {
    /// The policies that stopped and were not resumed, by name.
    func standingHalts() throws(RotationError) -> [StandingHalt]

    /// When each policy was resumed last, by name.
    func lastResumes() throws(RotationError) -> [String: Timestamp]

    /// Rotations under way that wait for their device's CSR, their certificate or their device's proof; but for those that a
    /// revocation caused, which no rollout waits for.
    func unconfirmedRotations() throws(RotationError) -> [UnconfirmedRotation]

    /// How those fared that a policy handed a replacement.
    ///
    /// - Parameters:
    ///   - policy: The policy's name.
    ///   - since: Replacements that were issued, or could not be made, later than this.
    ///   - resumedAt: What was settled then (confirmed, failed or stuck) is not counted; nil for all.
    ///   - patience: After how long without a proof a device counts as stuck.
    ///   - now: What counts as stuck is so by this time.
    ///   - confirmed: Replacements that are about to be confirmed, by their rows.
    func rolloutTally(
        ofPolicy policy: String, since: Timestamp, resumedAt: Timestamp?, patience: Patience, now: Timestamp,
        confirmed: Set<Int64>
    ) throws(RotationError) -> RolloutTally
}
