import Delivery
import Fleet
import RotationModel

/// Keeps the delivery tree's high-water mark: it is raised before anything is visible there that it does not cover.
struct HighWater: Sendable {
    let inventory: any FleetStore
    let tree: DeliveryTree

    /// Raises the mark to all that is committed, and returns when that is durable.
    func raise() throws { try tree.publish(try mark()) }

    /// Writes the mark beside its place; ``putInPlace()`` follows once it is durable.
    func stage() throws { try tree.stage(try mark()) }

    func putInPlace() throws { try tree.putMarkInPlace() }

    private func mark() throws -> HighWaterMark {
        let anchor = try inventory.auditAnchor()
        return HighWaterMark(
            entries: anchor.entries, hash: anchor.hash, epoch: 1 + (try inventory.recoveries().count))
    }
}
