import Fleet
import RotationModel

extension Forecast {
    /// The most days that are looked ahead: ten years.
    package static let longest = 3653

    /// Lets one run a day work on the fleet as it stands.
    ///
    /// - Parameters:
    ///   - planner: as a dry run for the first day has it.
    ///   - days: from 1 to ``longest``; what is outside of that is brought into it.
    /// - Throws: ``RotationError/Code/badInput`` where two policies of equal priority match one device.
    package static func simulated(
        from planner: Planner, days: Int, limits: RunLimits, edition: PolicyEdition
    ) throws -> Forecast {
        let simulation = try FleetSimulation(planner, days: max(1, min(days, longest)), limits: limits)
        try simulation.load()
        try simulation.run()
        return simulation.ledger.forecast(
            edition, deviceCount: try planner.snapshot.deviceCount, uncovered: simulation.uncovered,
            runAtOpening: simulation.schedule.waiting)
    }
}
