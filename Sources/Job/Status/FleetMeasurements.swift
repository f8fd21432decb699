import Delivery
import Fleet
import RotationModel

/// The fleet in numbers, for a monitoring system: where it stands, and what the inventory and the published tree hold.
package struct FleetMeasurements: Sendable {
    package let status: FleetStatus
    package let inventory: InventorySummary
    /// The published revocation lists.
    package let lists: [CRLState]
    /// When what waits longest in the inbox was handed in; nil where nothing waits.
    package let oldestInInbox: Timestamp?

    package init(
        status: FleetStatus, inventory: InventorySummary, lists: [CRLState], oldestInInbox: Timestamp?
    ) {
        (self.status, self.inventory, self.lists) = (status, inventory, lists)
        self.oldestInInbox = oldestInInbox
    }

    /// Reads the inventory, the policies and the inbox; changes nothing.
    package static func read(_ workspace: Workspace, at: Timestamp) async throws -> FleetMeasurements {
        try read(workspace, await FleetStatus.read(workspace, at: at))
    }

    /// The same, where the status was read already.
    package static func read(_ workspace: Workspace, _ status: FleetStatus) throws -> FleetMeasurements {
        let inventory = try workspace.openInventory(.readOnly)
        return FleetMeasurements(
            status: status, inventory: try inventory.summary(at: status.at),
            lists: try inventory.crlStates().filter(\.isPublished), oldestInInbox: workspace.inbox.oldest)
    }
}

extension Inbox {
    /// When what waits longest was handed in, as its file says. What cannot be looked at is passed over: the status names it.
    var oldest: Timestamp? {
        [requests, confirmations, submissions].compactMap { folder in
            (try? folder.names())?.compactMap { folder.modified($0) }.min()
        }.min()
    }
}
