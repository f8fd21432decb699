import Fleet
import RotationModel
import Synchronization
import System

/// The inventory as it stands at each request. Nothing that was read is kept: a revocation acts on the next request.
///
/// The file may be replaced, brought up to date or locked meanwhile, or be gone for a while: reads fail then, and it is opened anew as soon
/// as that can be done.
package final class LiveInventory: Sendable {
    private struct State {
        var store: (any FleetStore)?
        /// When it was found locked last: who comes in the same second does not wait as well.
        var locked: (at: Timestamp, error: RotationError)?
    }

    private let open: @Sendable () throws -> any FleetStore
    private let state = Mutex(State())

    /// - Parameter open: Opens the inventory, for reads that see what was committed last.
    package init(opening open: @escaping @Sendable () throws -> any FleetStore) { self.open = open }

    /// Reads in one snapshot. It may block for half a second where the inventory is locked.
    ///
    /// - Parameter now: Of the request.
    /// - Throws: Where the inventory cannot be read now. Another request may find it again.
    package func read<T>(at now: Timestamp, _ body: (any FleetView) throws -> T) throws(RotationError) -> T {
        if let locked = state.withLock({ $0.locked }), locked.at == now { throw locked.error }
        do {
            return try attempt(body)
        } catch {
            if error.code == .locked { state.withLock { $0.locked = (now, error) } }
            // What is open is perhaps no longer what stands there, or is of another version by now.
            guard error.code == .inventory || error.code == .io || error.code == .permission else { throw error }
            state.withLock { $0.store = nil }
        }
        do {
            return try attempt(body)
        } catch {
            state.withLock { $0.store = nil }
            throw error
        }
    }

    private func attempt<T>(_ body: (any FleetView) throws -> T) throws(RotationError) -> T {
        do {
            return try current().planningSnapshot(body)
        } catch let error as RotationError {
            throw error
        } catch {
            throw RotationError(.inventory, "the inventory cannot be read: \(error)")
        }
    }

    private func current() throws -> any FleetStore {
        try state.withLock { state in
            if let store = state.store, !store.isReplaced { return store }
            state.store = nil
            let store = try open()
            state.store = store
            return store
        }
    }
}
