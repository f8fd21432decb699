import Job
import RotationModel

/// What follows a run, however it ends: the file of metrics, and whoever is to be told. Also after one that failed, since that is when somebody
/// has to hear of it; not where another run works, which will do both.
struct AfterRun {
    let workspace: Workspace
    let at: Timestamp
    let observer: any RunObserver

    /// - Parameter outcome: of a result of the body.
    func follow<Result>(
        _ body: () async throws -> Result, outcome: (Result) -> RunOutcome
    ) async throws -> Result {
        let metrics = MetricsFile(workspace: workspace, observer: observer)
        let notifier = Notifier(workspace, at: at, observer: observer)
        do {
            let result = try await body()
            await metrics.write(at: at)
            await notifier.tell(of: outcome(result))
            return result
        } catch {
            if (error as? RotationError)?.code == .locked { throw error }
            await metrics.write(at: at)
            await notifier.tell(of: error)
            throw error
        }
    }
}
