import Delivery
import Fleet
import Issuing
import PKI
import Planning
import Policy
import RotationModel
import System

/// Takes orders to revoke from a person, withdraws them, and carries one out at once where that is asked for.
package struct RevocationService: Sendable {
    let workspace: Workspace
    let at: Timestamp
    let actor: String
    let clock: any WallClock
    let observer: any RunObserver
    package let stop: StopRequest

    package init(
        _ workspace: Workspace, at: Timestamp, actor: String, clock: any WallClock = SystemClock(),
        observer: any RunObserver = SilentObserver(), stop: StopRequest = .never
    ) {
        self.stop = stop
        self.workspace = workspace
        self.at = at
        self.actor = actor
        self.clock = clock
        self.observer = observer
    }

    /// What was recorded.
    package struct Receipt: Sendable {
        /// The order's name, by which it can be withdrawn.
        package let name: String
        package let outlook: RevocationOutlook
        /// Why the next run will stop before it carries the order out, or nil.
        package let obstacle: String?
    }

    /// Records an order, which the next run carries out. A run that is under way goes on undisturbed.
    package func record(_ revocation: ManualRevocation) throws -> Receipt {
        let authorities = try workspace.authorities()
        let inventory = try workspace.openForChange()
        let preview = try inventory.planningSnapshot {
            try revocation.preview($0, authorities: authorities.known, authorities, at: at)
        }
        try inventory.recordRevocationOrder(revocation.draft(preview), by: .person(actor), at: at)
        return Receipt(
            name: preview.name, outlook: preview.outlook,
            obstacle: revocation.mode == .revokeNow
                ? Guards.broken(byRevoking: preview, limits: workspace.configuration.limits)?.description : nil)
    }

    /// Withdraws an order that a person gave. What it revoked stays revoked, and the keys that it names stay refused.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where no such order is in force.
    package func withdraw(_ name: String) throws {
        let inventory = try workspace.openForChange()
        let orders = try inventory.planningSnapshot { try $0.revocationOrders() }
        guard let order = orders.first(where: { $0.name == name }) else {
            let known = orders.filter { $0.kind == .manual }.map(\.name)
            throw RotationError(
                .badInput, "no revocation \(name) is in force",
                advice: known.isEmpty ? "there is none" : "there are \(known.joined(separator: ", "))")
        }
        guard order.kind == .manual else {
            throw RotationError(
                .badInput, "revocation \(name) stands in a policy file", advice: "take it out there")
        }
        try inventory.withdrawRevocationOrder(name, by: .person(actor), at: at)
    }
}
