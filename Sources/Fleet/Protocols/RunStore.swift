import RotationModel

/// Runs, and what they and people decide about rollouts.
package protocol RunStore {
    /// Records that a policy stopped by itself. One that stands already stays as it is.
    func recordHalt(ofPolicy policy: String, _ tally: RolloutTally, run: RunID, at: Timestamp) throws(RotationError)

    /// Lets a policy go on. What failed until now is not held against it any more.
    ///
    /// - Returns: Whether it had stopped.
    @discardableResult
    func resumeRollout(ofPolicy policy: String, note: String, by actor: Actor, at: Timestamp) throws(RotationError)
        -> Bool

    /// Records that a run has started, unless another one is at work: in one transaction, so that of two that begin at once one is refused
    /// whatever became of their lock.
    ///
    /// - Parameter isAtWork: asked of each run that began and did not end.
    /// - Throws: ``RotationError/Code/locked`` where one is at work; ``RotationError/Code/inventory`` where a run of that id is recorded
    ///   already.
    func beginRun(
        _ run: RunRecord, for occasion: RunOccasion, unless isAtWork: (RunRecord) -> Bool
    ) throws(RotationError)

    /// Keeps out whoever else wants to change what runs decide on, on this host or another, for as long as the claim lives. An inventory in a
    /// file leaves that to the lock on the workspace, since nobody reaches it from elsewhere.
    ///
    /// A claim is lost with the connection to the server. It is taken again with the next one where nobody has it by then; where somebody has,
    /// every verb that writes fails.
    ///
    /// - Throws: ``RotationError/Code/locked`` where somebody else has it.
    func claimRuns() throws(RotationError) -> RunClaim

    /// Whether somebody on any host has the claim, as ``claimRuns()`` has it. Always false of an inventory in a file.
    func isRunClaimed() throws(RotationError) -> Bool

    /// Runs that began and did not end, oldest first.
    func unfinishedRuns() throws(RotationError) -> [RunRecord]

    /// A run, by its id; nil where there is none.
    func run(_ id: RunID) throws(RotationError) -> RunRecord?

    /// Records how a run ended. One that has ended keeps its first outcome, and can write no more: every verb that a run writes by fails from
    /// then on (``RotationError/Code/locked``), so that a run which was taken for dead, and closed, cannot go on beside its successor.
    func endRun(_ id: RunID, outcome: String, counts: [String: Int], at: Timestamp) throws(RotationError)

    /// Runs that began and did not end, oldest first. Without the lock on the workspace, one of them may be alive.
    func interruptedRuns() throws(RotationError) -> [RunID]

    /// Records that the runs that did not end never will. Only for who holds the lock on the workspace.
    ///
    /// - Parameter current: The run that calls, which is left alone.
    /// - Returns: The runs that were closed, oldest first.
    @discardableResult
    func closeInterruptedRuns(except current: RunID?, at: Timestamp) throws(RotationError) -> [RunID]

    /// The run that began last, in the order in which they were recorded, whatever the clocks said. Those that carried one order out
    /// (``RunOccasion/order(_:)``) do not count. Nil where there was none.
    ///
    /// Reads the audit from its end back to that run's first entry.
    func lastRun() throws(RotationError) -> RunRecord?

    /// The last runs by the wall clock, the latest first.
    func recentRuns(limit: Int) throws(RotationError) -> [RunRecord]
}
