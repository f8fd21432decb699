import Job
import Reports
import RotationModel
import System

/// Keeps the file of metrics current. It tells what cannot be written, and is never the reason that a command fails.
struct MetricsFile {
    let workspace: Workspace
    let observer: any RunObserver

    /// After a command that may have changed something.
    func write(at: Timestamp) async {
        guard workspace.configuration.metricsFile != nil else { return }
        do {
            write(try await FleetMeasurements.read(workspace, at: at))
        } catch {
            warn(error)
        }
    }

    /// Where the status was read already.
    func write(_ status: FleetStatus) {
        guard workspace.configuration.metricsFile != nil else { return }
        do {
            write(try FleetMeasurements.read(workspace, status))
        } catch {
            warn(error)
        }
    }

    private func write(_ fleet: FleetMeasurements) {
        guard let path = workspace.configuration.metricsFile else { return }
        do {
            try Files.replace(path, mode: Files.published) { try $0(Array(MetricsText(fleet).text.utf8)) }
        } catch {
            warn(error)
        }
    }

    private func warn(_ error: any Error) {
        observer.warn("the metrics were not written: \(error)")
    }
}
