import GRDB
import RotationModel
import System

/// The fleet's inventory: accounts, devices, certificates, rotations, runs and the audit, in one SQLite file.
///
/// Each method is one transaction (an import is one for some thousand rows), and blocks until it is done. Reads see what
/// was committed when they began, and may run beside a write of this process or another. The closures that a method
/// takes are called inside its transaction: they may read from the inventory, and must not write to it.
package final class SQLiteFleet: FleetStore {
    package enum Access: Sendable {
        /// As far as the user may: where he cannot write the folder, what a writer does meanwhile may go unseen.
        case readOnly
        /// For who watches an inventory that others write: each read sees what is committed by then, or fails. It takes a user that may write
        /// the file and its folder, since SQLite keeps a log and its index there, and writes nothing else.
        case live
        case readWrite

        fileprivate var purpose: InventorySchema.Purpose { self == .readWrite ? .writing : .reading }
    }

    /// The file, as it was given.
    package let path: String
    let sha256: SHA256Function
    private let writer: DatabaseQueue?
    let reader: DatabaseQueue
    /// The file that was opened.
    private let identity: FileIdentity?
    /// What SQLite counts changes of the tables by, where reads are to fail after one.
    private let schemaVersion: Int64?

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
            path: path, access: access, purpose: access.purpose, sha256: sha256, keys: keys)
    }

    private init(
        path: String, access: Access, purpose: InventorySchema.Purpose, sha256: @escaping SHA256Function,
        keys: KeyReaders?
    ) throws(RotationError) {
        self.path = path
        self.sha256 = sha256
        identity = FileIdentity.following(path)
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
            reader = try access == .live ? Connection.watcher(path: path) : Connection.reader(path: path)
            schemaVersion = try reader.unsafeReentrantRead { database in
                if access.purpose == .reading { try InventorySchema.check(database, path: path, for: .reading) }
                return access == .live ? try SQLiteFleet.schemaVersion(database) : nil
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
                "this user may not \(wanted == .readOnly ? "read" : "write") the inventory, or not the folder it is in",
                at: path, advice: "run as the user that owns it, or change the owner or the mode")
        }
    }

    package var isReplaced: Bool {
        guard let identity, let found = FileIdentity.following(path) else { return true }
        return !found.isSameFile(as: identity)
    }

    // MARK: Transactions

    /// Reads in one transaction: all of it sees the same state. A read within a read joins it.
    func read<T>(_ body: (Database) throws -> T) throws(RotationError) -> T {
        do { return try snapshot(body) } catch { throw StorageFailure.error(error, path: path) }
    }

    /// As ``read(_:)``, with the errors of a body that is a caller's as they come.
    func snapshot<T>(_ body: (Database) throws -> T) throws -> T {
        do {
            return try transaction(body)
        } catch let failure as DatabaseError {
            throw StorageFailure.error(failure, path: path)
        }
    }

    private func transaction<T>(_ body: (Database) throws -> T) throws -> T {
        try reader.unsafeReentrantRead { database in
            if database.isInsideTransaction { return try body(database) }
            // Prepared once: a gate begins one for each request.
            try Query(database, "BEGIN DEFERRED TRANSACTION").run()
            do {
                try checkSchema(database)
                let result = try body(database)
                try Query(database, "COMMIT TRANSACTION").run()
                return result
            } catch {
                if database.isInsideTransaction { try? database.rollback() }
                throw error
            }
        }
    }

    /// An inventory that another program brought up to date may mean other things by the same words.
    private func checkSchema(_ database: Database) throws {
        guard let schemaVersion, try SQLiteFleet.schemaVersion(database) != schemaVersion else { return }
        throw RotationError(
            .inventory, "the inventory's tables were changed meanwhile", at: path, advice: "open it again")
    }

    private static func schemaVersion(_ database: Database) throws -> Int64 {
        try Query(database, "PRAGMA schema_version").first { $0.integer(0) } ?? 0
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
