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

    package init(
        _ workspace: Workspace, at: Timestamp, actor: String, clock: any WallClock = SystemClock(),
        observer: any RunObserver = SilentObserver()
    ) {
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

    /// Records an order and carries it out: statuses, manifests, lists. Nothing else is done.
    ///
    /// It is recorded first: where carrying it out fails, the next run does it.
    ///
    /// - Throws: ``RotationError/Code/guarded`` where a guard does not let it; then nothing was recorded.
    package func carryOut(_ revocation: ManualRevocation) async throws -> RunOutcome {
        let authorities = try workspace.authorities()
        let lock = try FileLock(for: workspace.configuration)
        defer { withExtendedLifetime(lock) {} }
        let inventory = try workspace.openForChange()
        let at = try datedTime(inventory)
        let preview = try inventory.planningSnapshot {
            try revocation.preview($0, authorities: authorities.known, authorities, at: at)
        }
        if let obstacle = Guards.broken(byRevoking: preview, limits: workspace.configuration.limits) {
            throw RotationError(
                .guarded, obstacle.fact,
                advice:
                    "nothing was done or recorded: give the order without --now, look at the plan, and run the plan that you reviewed"
            )
        }
        let draft = revocation.draft(preview)
        let order = try inventory.recordRevocationOrder(draft, by: .person(actor), at: at)
        do {
            return try await carryOut(draft.name, order, at, inventory, authorities)
        } catch {
            observer.warn("the order is recorded as \(draft.name): the next run carries it out")
            throw error
        }
    }

    /// What is carried out now is dated with the later of both times, this call's and the last run's: a theft cannot wait until somebody
    /// has set a clock right, and no list may be older than the one before it.
    private func datedTime(_ inventory: any FleetStore) throws -> Timestamp {
        guard let lastRun = try inventory.lastRun()?.now else { return at }
        if let jump = ClockJump(from: lastRun, to: at, limit: workspace.configuration.limits.clockJump) {
            observer.warn(
                "it is \(at) here, and the last run was for \(lastRun): this is dated \(max(at, jump.lastRun)); look at this machine's clock"
            )
        }
        return max(at, lastRun)
    }

    private func carryOut(
        _ name: String, _ order: Int64, _ at: Timestamp, _ inventory: any FleetStore, _ authorities: AuthorityDirectory
    ) async throws -> RunOutcome {
        let (policies, edition) = try workspace.loadPolicies()
        // Nothing is issued: programs of external issuers need not be there.
        let signing = workspace.signingAuthorities(policies, at: at)
            .filter { authorities[$0]?.configuration.issuer == nil }
        let keys = try workspace.signingKeys(authorities, needing: signing, observer: observer)
        return try await RunRecorder(
            inventory: inventory, tree: workspace.delivery, at: at, occasion: .order(name), actor: actor, clock: clock,
            observer: observer
        ).keep { run in
            try await RunStages(
                workspace: workspace, run: run, policies: policies, edition: edition, authorities: authorities,
                keys: keys, limit: nil, clock: clock, reviewed: nil
            ).revoke(order: name, order)
        }
    }
}
