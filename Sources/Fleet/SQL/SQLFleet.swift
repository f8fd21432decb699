import RotationModel

/// The fleet's inventory in tables: accounts, devices, certificates, rotations, runs and the audit, in whatever engine holds them.
///
/// Each method is one transaction (an import is one for some thousand rows), and blocks until it is done. Reads see what
/// was committed when they began, and may run beside a write of this process or another. The closures that a method
/// takes are called inside its transaction: they may read from the inventory, and must not write to it.
package final class SQLFleet: FleetStore {
    let engine: any Engine
    let sha256: SHA256Function

    init(_ engine: any Engine, sha256: @escaping SHA256Function) {
        (self.engine, self.sha256) = (engine, sha256)
    }

    /// Where the inventory is, as people name it.
    package var place: String { engine.place }

    package var isReplaced: Bool { engine.isReplaced }

    package func backUp(to path: String) throws(RotationError) { try engine.backUp(to: path) }

    package func storageFaults(limit: Int) throws(RotationError) -> [String] {
        do { return try engine.storageFaults(limit: limit) } catch { throw engine.failure(error) }
    }

    // MARK: Transactions

    /// Reads in one transaction: all of it sees the same state. A read within a read joins it.
    func read<T>(_ body: (any Database) throws -> T) throws(RotationError) -> T {
        do { return try snapshot(body) } catch { throw engine.failure(error) }
    }

    /// As ``read(_:)``, with the errors of a body that is a caller's as they come.
    func snapshot<T>(_ body: (any Database) throws -> T) throws -> T {
        do {
            return try engine.read(body)
        } catch  where engine.isFailure(error) {
            throw engine.failure(error)
        }
    }

    /// Writes in one transaction: all of it is committed, durably, or nothing.
    func write<T>(_ body: (any Database) throws -> T) throws(RotationError) -> T {
        do { return try engine.write(body) } catch { throw engine.failure(error) }
    }

    /// Hands out the writing connection, for who begins and ends transactions itself.
    func withWriter<T>(_ body: (any Database) throws -> T) throws(RotationError) -> T {
        do { return try engine.withWriter(body) } catch { throw engine.failure(error) }
    }
}

/// What an inventory is opened for.
package enum InventoryAccess: Sendable {
    /// As far as the user may: where he cannot write an inventory's folder, what a writer does meanwhile may go unseen.
    case readOnly
    /// For who watches an inventory that others write: each read sees what is committed by then, or fails. In a file it takes a user that may write
    /// the file and its folder, since SQLite keeps a log and its index there, and writes nothing else.
    case live
    case readWrite
}
