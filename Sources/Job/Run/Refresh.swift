import Fleet
import RotationModel

/// The stage that signs manifests anew before they expire: a device that comes online after weeks still finds one it can believe.
struct Refresh {
    let inventory: any FleetStore
    let publisher: Publisher
    let manifestValidity: TimeSpan
    let run: String
    let at: Timestamp
    let observer: any RunObserver

    private static let batch = 1000

    /// - Returns: how many were signed anew.
    func perform() async throws -> Int {
        observer.began(.refresh, total: nil)
        defer { observer.ended(.refresh) }
        // A third of the validity is left: time enough for some runs to fail.
        let limit = at + TimeSpan(seconds: manifestValidity.seconds / 3)
        var count = 0
        while true {
            let records = try inventory.refreshManifests(
                expiringBefore: limit, newExpiry: at + manifestValidity, limit: Refresh.batch, run: run, at: at)
            guard !records.isEmpty else { return count }
            try await publisher.publish(records)
            count += records.count
            observer.advanced(.refresh, by: records.count)
        }
    }
}
