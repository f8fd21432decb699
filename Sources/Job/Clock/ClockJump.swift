import Fleet
import Planning
import RotationModel

/// A time that a run is not to be for without a person's word, because the last run's is far from it: a clock that is wrong issues what nobody
/// can use yet, and takes entries off the revocation lists.
package struct ClockJump: Sendable, Equatable {
    /// The time that the last run decided for.
    package let lastRun: Timestamp
    /// The time that this one would decide for.
    package let at: Timestamp

    /// How far a run's time may lie before the last one's: clocks are set, and hosts differ a little.
    package static let backwards = TimeSpan.hours(1)

    /// - Parameters:
    ///   - lastRun: nil where there was no run; then there is no jump.
    ///   - limit: `limits.clockJump`, how far ahead of the last run's a time may lie.
    package init?(from lastRun: Timestamp?, to at: Timestamp, limit: TimeSpan) {
        guard let lastRun, at < lastRun - ClockJump.backwards || at > lastRun + limit else { return nil }
        (self.lastRun, self.at) = (lastRun, at)
    }

    /// Both times, in a sentence without a full stop.
    package var fact: String {
        "this run would be for \(at), which is \((at - lastRun).approximate) \(at < lastRun ? "before" : "after") the last run's time, \(lastRun)"
    }

    /// - Parameter command: what was started, without its time: `rotation-job run`.
    func error(goingOnWith command: String) -> RotationError {
        RotationError(
            .guarded, "\(fact); nothing was done",
            advice:
                "look at this machine's clock (`timedatectl`), or at the time that --at gives; if \(at) is right, go on with "
                + "`\(command) --accept-time \(at)`")
    }

    /// What a dry run is warned of.
    package var warning: String {
        "\(fact): `rotation-job run` would do nothing before somebody accepts that time; is the clock right?"
    }
}

extension Workspace {
    /// Whether a run for a time would be refused; nil where it would not.
    package func timeJump(at: Timestamp) throws -> ClockJump? {
        try timeJump(at: at, openInventory(.readOnly))
    }

    func timeJump(at: Timestamp, _ inventory: any FleetStore) throws -> ClockJump? {
        ClockJump(from: try inventory.lastRun()?.now, to: at, limit: configuration.limits.clockJump)
    }
}
