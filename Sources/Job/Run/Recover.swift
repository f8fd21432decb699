import Fleet
import RotationModel

/// The stage that finishes or abandons what an earlier run left, from the records alone.
struct Recover {
    let run: RunContext
    let publisher: Publisher

    func perform() async throws -> RecoverySummary {
        run.observer.began(.recover, total: nil)
        defer { run.observer.ended(.recover) }
        var summary = RecoverySummary()
        summary.interruptedRuns = try run.inventory.closeInterruptedRuns(except: run.id, at: run.at)
        // Nothing was signed for these, or what was signed never left the process: the serial is spent, the rotation is not.
        summary.abandonedReservations = try run.inventory.abandonReservations(run: run.id, at: run.at)
        // These certificates are recorded: the device must get to see them, and must not get another.
        summary.publishedManifests = try await publisher.publishLeftovers { run.observer.advanced(.recover, by: $0) }
        summary.restoredManifests = try await RestoreManifests(run: run, publisher: publisher).perform()
        try run.inventory.forgetAnsweredRequests()
        for id in summary.interruptedRuns {
            run.observer.warn("run \(id) had been interrupted; its work was taken over")
        }
        return summary
    }
}
