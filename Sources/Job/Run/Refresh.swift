import Fleet
import RotationModel

/// The stage that signs manifests anew before they expire: a device that comes online after weeks still finds one it can believe.
struct Refresh {
    let run: RunContext
    let publisher: Publisher
    let manifestValidity: TimeSpan

    /// - Returns: how many were signed anew.
    func perform() async throws -> Int {
        run.observer.began(.refresh, total: nil)
        defer { run.observer.ended(.refresh) }
        // A third of the validity is left: time enough for some runs to fail.
        let limit = run.at + TimeSpan(seconds: manifestValidity.seconds / 3)
        var count = 0
        while !run.stop.isMade {
            let records = try run.inventory.refreshManifests(
                expiringBefore: limit, newExpiry: run.at + manifestValidity, limit: RunContext.batch, run: run.id,
                at: run.at)
            guard !records.isEmpty else { return count }
            try await publisher.publish(records)
            count += records.count
            run.observer.advanced(.refresh, by: records.count)
        }
        return count
    }
}
