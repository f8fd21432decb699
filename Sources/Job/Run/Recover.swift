import Fleet
import RotationModel

/// The stage that finishes or abandons what an earlier run left, from the records alone.
struct Recover {
    let inventory: any FleetStore
    let publisher: Publisher
    let run: String
    let at: Timestamp
    let observer: any RunObserver

    func perform() async throws -> RecoverySummary {
        observer.began(.recover, total: nil)
        defer { observer.ended(.recover) }
        var summary = RecoverySummary()
        summary.interruptedRuns = try inventory.closeInterruptedRuns(except: run, at: at)
        // Nothing was signed for these, or what was signed never left the process: the serial is spent, the rotation is not.
        summary.abandonedReservations = try inventory.abandonReservations(run: run, at: at)
        // These certificates are recorded: the device must get to see them, and must not get another.
        summary.publishedManifests = try await publisher.publishLeftovers { observer.advanced(.recover, by: $0) }
        try inventory.forgetAnsweredRequests()
        for id in summary.interruptedRuns { observer.warn("run \(id) had been interrupted; its work was taken over") }
        return summary
    }
}
