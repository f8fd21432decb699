import Fleet
import Issuing
import Planning
import RotationModel
import System

extension RevocationService {
    /// An order that was carried out.
    package struct CarriedOut: Sendable {
        package let name: String
        package let outcome: RunOutcome
        /// Whether a run was under way when the order was given, which may have carried it out.
        let hasWaited: Bool

        /// Whether that run did, and nothing was left to do.
        package var wasAnothersWork: Bool { hasWaited && outcome.count(.revoked) == 0 && outcome.ending == .completed }
    }

    /// Records an order and carries it out: statuses, manifests, lists. Nothing else is done.
    ///
    /// It is recorded first: where carrying it out fails, the next run does it. Where a run is under way it is recorded too, and carried out when
    /// that has ended.
    ///
    /// - Parameters:
    ///   - patience: for the run that is under way.
    /// - Throws: ``RotationError/Code/guarded`` where a guard does not let it; then nothing was recorded. ``RotationError/Code/locked`` where
    ///   the other run has not ended in time; then it is recorded.
    package func carryOut(
        _ revocation: ManualRevocation, patience: LockPatience, report: RunReporter? = nil
    ) async throws -> CarriedOut {
        let authorities = try workspace.authorities()
        if let lock = try freeLock() {
            defer { withExtendedLifetime(lock) {} }
            try workspace.reports.check()
            let inventory = try workspace.openForChange()
            let order = try record(revocation, authorities, inventory)
            return CarriedOut(
                name: order.name, outcome: try await carryOut(order, inventory, authorities, report), hasWaited: false)
        }
        let inventory = try workspace.openForChange()
        let order = try record(revocation, authorities, inventory)
        observer.warn("the order is recorded as \(order.name); a run is under way")
        let lock = try wait(for: order, patience)
        defer { withExtendedLifetime(lock) {} }
        return CarriedOut(
            name: order.name, outcome: try await carryOut(order, inventory, authorities, report), hasWaited: true)
    }

    /// The same, for who does not wait.
    package func carryOut(_ revocation: ManualRevocation) async throws -> RunOutcome {
        try await carryOut(revocation, patience: LockPatience(.zero)).outcome
    }

    /// The workspace's lock; nil where another process holds it.
    private func freeLock() throws(RotationError) -> FileLock? {
        do {
            return try FileLock(for: workspace.configuration)
        } catch {
            guard error.code == .locked else { throw error }
            return nil
        }
    }

    private func wait(for order: Order, _ patience: LockPatience) throws(RotationError) -> FileLock {
        do {
            return try FileLock(for: workspace.configuration, patience)
        } catch {
            guard error.code == .locked else { throw error }
            throw unfinished(order, error)
        }
    }

    private func unfinished(_ order: Order, _ obstacle: RotationError) -> RotationError {
        RotationError(
            .locked, "the order is recorded as \(order.name) and not carried out yet: \(obstacle.message)",
            at: obstacle.place,
            advice:
                "the next run carries it out: start `rotation-job run` as soon as this one has ended, and see `rotation-job status`"
        )
    }

    private struct Order {
        let name: String
        let row: Int64
        /// When it was given, as it is dated.
        let at: Timestamp
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

    private func record(
        _ revocation: ManualRevocation, _ authorities: AuthorityDirectory, _ inventory: any FleetStore
    ) throws -> Order {
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
        return Order(
            name: draft.name, row: try inventory.recordRevocationOrder(draft, by: .person(actor), at: at), at: at)
    }

    private func carryOut(
        _ order: Order, _ inventory: any FleetStore, _ authorities: AuthorityDirectory,
        _ report: RunReporter?
    ) async throws -> RunOutcome {
        do {
            let outcome = try await perform(order, inventory, authorities)
            workspace.report(outcome, by: report, inventory)
            return outcome
        } catch let error as RotationError where error.code == .locked {
            throw unfinished(order, error)
        } catch {
            observer.warn("the order is recorded as \(order.name): the next run carries it out")
            throw error
        }
    }

    private func perform(
        _ order: Order, _ inventory: any FleetStore, _ authorities: AuthorityDirectory
    ) async throws -> RunOutcome {
        let (policies, edition) = try workspace.loadPolicies()
        // Nothing is issued: programs of external issuers need not be there.
        // A run that was waited for may be of a later time than the order.
        let at = max(order.at, try inventory.lastRun()?.now ?? order.at)
        let signing = workspace.signingAuthorities(policies, at: at)
            .filter { authorities[$0]?.configuration.issuer == nil }
        let keys = try workspace.signingKeys(authorities, needing: signing, observer: observer)
        return try await RunRecorder(
            inventory: inventory, tree: workspace.delivery, at: at, occasion: .order(order.name), actor: actor,
            clock: clock, observer: observer, reports: workspace.reports, stop: stop
        ).keep { run in
            try await RunStages(
                workspace: workspace, run: run, policies: policies, edition: edition, authorities: authorities,
                keys: keys, limit: nil, clock: clock, reviewed: nil
            ).revoke(order: order.name, order.row)
        }
    }
}
