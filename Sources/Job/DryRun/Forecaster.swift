import Fleet
import Planning
import Policy
import RotationModel

/// Looks ahead. It reads the inventory and the inbox as a dry run does, and changes nothing.
package struct Forecaster: Sendable {
    let workspace: Workspace
    let at: Timestamp
    let observer: any RunObserver

    /// - Parameter at: when the first run is; the others follow a day apart.
    package init(_ workspace: Workspace, at: Timestamp, observer: any RunObserver = SilentObserver()) {
        self.workspace = workspace
        self.at = at
        self.observer = observer
    }

    /// - Parameter days: from 1 to ``Forecast/longest``.
    /// - Throws: ``RotationError/Code/badInput`` where two policies of equal priority match one device.
    package func forecast(days: Int) async throws -> Forecast {
        let dryRun = DryRun(workspace, at: at, observer: observer)
        let sources = try await dryRun.sources()
        return try sources.inventory.planningSnapshot { snapshot in
            let (planner, _) = try dryRun.planner(sources, snapshot)
            observer.began(.decide, total: try snapshot.deviceCount)
            defer { observer.ended(.decide) }
            return try Forecast.simulated(
                from: planner, days: days, limits: workspace.configuration.limits, edition: sources.edition)
        }
    }
}
