import Fleet
import Planning
import Policy
import RotationModel

/// Looks ahead. It reads the inventory and the inbox as a dry run does, and changes nothing.
package struct Forecaster: Sendable {
    let workspace: Workspace
    let at: Timestamp
    let observer: any RunObserver

    /// The most days that are looked ahead: ten years.
    package static let longest = 3653

    /// - Parameter at: when the first run is; the others follow a day apart.
    package init(_ workspace: Workspace, at: Timestamp, observer: any RunObserver = SilentObserver()) {
        self.workspace = workspace
        self.at = at
        self.observer = observer
    }

    /// - Parameter days: from 1 to ``longest``.
    /// - Throws: ``RotationError/Code/badInput`` where two policies of equal priority match one device.
    package func forecast(days: Int) async throws -> Forecast {
        let dryRun = DryRun(workspace, at: at, observer: observer)
        let sources = try await dryRun.sources()
        return try sources.inventory.planningSnapshot { snapshot in
            let (planner, _) = try dryRun.planner(sources, snapshot)
            observer.began(.decide, total: try snapshot.deviceCount)
            defer { observer.ended(.decide) }
            let limits = workspace.configuration.limits
            let simulation = try FleetSimulation(planner, days: max(1, min(days, Forecaster.longest)), limits: limits)
            try simulation.load()
            try simulation.run()
            return simulation.ledger.forecast(
                sources.edition, deviceCount: try snapshot.deviceCount, uncovered: simulation.uncovered,
                runAtOpening: simulation.schedule.waiting)
        }
    }
}
