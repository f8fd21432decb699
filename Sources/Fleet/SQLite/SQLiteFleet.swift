import GRDB
import RotationModel
import System

/// The fleet's inventory: accounts, devices, certificates, rotations, runs and the audit, in one SQLite file.
///
/// Each method is one transaction (an import is one for some thousand rows), and blocks until it is done. Reads see what
/// was committed when they began, and may run beside a write of this process or another. The closures that a method
/// takes are called inside its transaction: they may read from the inventory, and must not write to it.
package final class SQLiteFleet: FleetStore {
    package enum Access: Sendable { case readOnly, readWrite }

    /// The file, as it was given.
    package let path: String
    let sha256: SHA256Function
    private let writer: DatabaseQueue?
    private let reader: DatabaseQueue

    /// Makes an empty inventory, in a file of mode 0640.
    ///
    /// - Throws: ``RotationError/Code/io`` where the file exists or cannot be made.
    package static func create(at path: String, sha256: @escaping SHA256Function) throws(RotationError) -> SQLiteFleet {
        do {
            // The umask may take no bits away: the owner's group is meant to read it.
            _ = try OpenFile(making: path, mode: 0o640)
        } catch {
            throw RotationError(
                error.isDenied ? .permission : .io, "the inventory cannot be made: \(error)", at: path,
                advice: error == .exists ? "an inventory is never overwritten; name another file" : "")
        }
        return try SQLiteFleet(path: path, access: .readWrite, purpose: .creating, sha256: sha256, keys: nil)
    }

    /// Opens an inventory that exists. One of an older version is brought up to date, where the access allows it.
    ///
    /// - Parameter keys: For one of a version that did not know what a key is yet, only how it is written.
    /// - Throws: ``RotationError/Code/inventory`` where the file is missing, no inventory, or of a newer version;
    ///   ``RotationError/Code/permission`` or ``RotationError/Code/io`` where it cannot be read or written.
    package convenience init(
        opening path: String, access: Access, sha256: @escaping SHA256Function, keys: KeyReaders
    ) throws(RotationError) {
        try SQLiteFleet.checkFile(path, access: access)
        try self.init(
            path: path, access: access, purpose: access == .readOnly ? .reading : .writing, sha256: sha256, keys: keys)
    }

    private init(
        path: String, access: Access, purpose: InventorySchema.Purpose, sha256: @escaping SHA256Function,
        keys: KeyReaders?
    ) throws(RotationError) {
        self.path = path
        self.sha256 = sha256
        do {
            if access == .readWrite {
                let writer = try Connection.writer(path: path) {
                    try InventorySchema.check($0, path: path, for: purpose)
                }
                try InventorySchema.migrator(reading: keys).migrate(writer)
                self.writer = writer
            } else {
                writer = nil
            }
            reader = try Connection.reader(path: path)
            if access == .readOnly {
                try reader.unsafeReentrantRead { try InventorySchema.check($0, path: path, for: .reading) }
            }
        } catch {
            throw StorageFailure.error(error, path: path)
        }
    }

    private static func checkFile(_ path: String, access wanted: Access) throws(RotationError) {
        let found: FileIdentity
        do {
            found = try FileIdentity(following: path)
        } catch {
            throw error == .notFound
                ? RotationError(
                    .inventory, "there is no inventory", at: path,
                    advice: "make one with `rotation-job init`, or name the right file in rotation.yaml")
                : RotationError(.io, "the inventory cannot be read: \(error)", at: path)
        }
        guard found.kind == .regular else {
            throw RotationError(
                .inventory, "the inventory is not a file", at: path, advice: "name the SQLite file in rotation.yaml")
        }
        guard FileAccess.mayRead(path), wanted == .readOnly || Connection.mayWrite(path) else {
            throw RotationError(
                .permission,
                "this user may not \(wanted == .readWrite ? "write" : "read") the inventory, or not the folder it is in",
                at: path, advice: "run as the user that owns it, or change the owner or the mode")
        }
    }

    // MARK: Transactions

    /// Reads in one transaction: all of it sees the same state. A read within a read joins it.
    func read<T>(_ body: (Database) throws -> T) throws(RotationError) -> T {
        do { return try snapshot(body) } catch { throw StorageFailure.error(error, path: path) }
    }

    /// As ``read(_:)``, with the errors as they come: the body may be a caller's.
    func snapshot<T>(_ body: (Database) throws -> T) throws -> T {
        try reader.unsafeReentrantRead { database in
            if database.isInsideTransaction { return try body(database) }
            try database.beginTransaction(.deferred)
            do {
                let result = try body(database)
                try database.commit()
                return result
            } catch {
                if database.isInsideTransaction { try? database.rollback() }
                throw error
            }
        }
    }

    /// Writes in one transaction: all of it is committed, durably, or nothing.
    func write<T>(_ body: (Database) throws -> T) throws(RotationError) -> T {
        do {
            return try writable().write(body)
        } catch {
            throw StorageFailure.error(error, path: path)
        }
    }

    /// Hands out the writing connection, for who begins and ends transactions itself.
    func withWriter<T>(_ body: (Database) throws -> T) throws(RotationError) -> T {
        do {
            return try writable().writeWithoutTransaction(body)
        } catch {
            throw StorageFailure.error(error, path: path)
        }
    }

    private func writable() throws(RotationError) -> DatabaseQueue {
        guard let writer else {
            throw RotationError(.inventory, "the inventory was opened for reading only", at: path)
        }
        return writer
    }
}
