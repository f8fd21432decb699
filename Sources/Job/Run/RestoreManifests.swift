import Basics
import Delivery
import Fleet
import RotationModel
import System

/// The stage that publishes again what was published and is not there any more: somebody removed it, or a disk lost it.
///
/// Each has what its record says, and the sequence number that it had: devices that picked it up see nothing new.
struct RestoreManifests {
    let run: RunContext
    let publisher: Publisher

    /// - Returns: how many were published again.
    func perform() async throws -> Int {
        var count = 0
        try await MissingManifests(inventory: run.inventory, tree: publisher.tree).forEachMissing(.run) { devices in
            for rows in devices.chunked(by: RunContext.batch) {
                let records = try run.inventory.manifests(ofDevices: Array(rows))
                try await publisher.publish(records)
                count += records.count
                run.observer.advanced(.recover, by: records.count)
            }
        }
        if count > 0 {
            let lost = counted(count, "published manifest was", plural: "published manifests were")
            run.observer.warn(
                "\(lost) missing from \(publisher.tree.root), published again; find out who removed \(Plural.of("it", count, plural: "them"))"
            )
        }
        return count
    }
}
