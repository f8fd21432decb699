import RotationModel
import System

/// A registry in a schema of PostgreSQL, which several hosts may use.
final class PostgresEngine: Engine {
    let location: PostgresLocation
    private let mayWrite: Bool
    private let sha256: SHA256Function
    private let writer: PostgresSession
    private let reader: PostgresSession

    var place: String { location.text }

    /// - Throws: ``RotationError`` where there is no registry, or one of a version that this program does not know.
    init(
        _ location: PostgresLocation, access: InventoryAccess, purpose: PostgresSchema.Purpose,
        sha256: @escaping SHA256Function
    ) throws(RotationError) {
        self.sha256 = sha256
        self.location = location
        mayWrite = access == .readWrite
        writer = PostgresSession(location, for: .writing)
        reader = PostgresSession(location, for: .reading)
        do {
            if mayWrite {
                try writer.withConnection { try PostgresSchema.prepare($0, location, for: purpose) }
            } else {
                try reader.withConnection { try PostgresSchema.check($0, location) }
            }
        } catch {
            throw failure(error)
        }
    }

    /// Whether there is one, of whatever version.
    static func hasRegistry(at location: PostgresLocation) throws(RotationError) -> Bool {
        do {
            return try PostgresSchema.found(PostgresConnection(to: location, for: .reading), location) != nil
        } catch {
            throw (error as? PostgresFailure)?.error(at: location.text)
                ?? RotationError(.inventory, "the registry failed: \(error)", at: location.text)
        }
    }

    /// A registry has no name that another could take.
    var isReplaced: Bool { false }

    func isFailure(_ error: any Error) -> Bool { error is PostgresFailure }

    func failure(_ error: any Error) -> RotationError {
        switch error {
        case let known as RotationError: known
        case let failure as PostgresFailure: failure.error(at: place)
        default: RotationError(.inventory, "the registry failed: \(error)", at: place)
        }
    }

    // MARK: Transactions

    func read<T>(_ body: (any Database) throws -> T) throws -> T {
        try reader.withConnection { connection in
            if connection.isInsideTransaction { return try body(connection) }
            return try transaction(connection, connection.beginReading, body)
        }
    }

    func write<T>(_ body: (any Database) throws -> T) throws -> T {
        try withWriter { database in try transaction(database, database.begin, body) }
    }

    func withWriter<T>(_ body: (any Database) throws -> T) throws -> T {
        guard mayWrite else {
            throw RotationError(.inventory, "the inventory was opened for reading only", at: place)
        }
        return try writer.withConnection(body)
    }

    private func transaction<T>(
        _ database: any Database, _ begin: () throws -> Void, _ body: (any Database) throws -> T
    ) throws -> T {
        do {
            try begin()
            let result = try body(database)
            try database.commit()
            return result
        } catch {
            database.rollback()
            throw error
        }
    }

    // MARK: Runs of several hosts

    func claim() throws -> RunClaim {
        try writer.claim()
        return RunClaim { [writer] in writer.releaseClaim() }
    }

    func isClaimed() throws -> Bool {
        try reader.withConnection { connection in
            guard try PostgresClaim.take(on: connection, shared: true) else { return true }
            try PostgresClaim.release(on: connection, shared: true)
            return false
        }
    }

    // MARK: The whole registry

    /// As a file of SQLite, which every command reads.
    func backUp(to path: String) throws(RotationError) {
        let staged = Files.stagingPath(of: path)
        defer { for file in [staged, staged + "-wal", staged + "-shm"] { try? Files.remove(file) } }
        try Files.remove(staged)
        let copy = try SQLFleet.create(sqlite: staged, sha256: sha256)
        do {
            _ = try RegistryCopy(source: self, target: copy.engine, sha256: sha256).perform { _, _ in }
        } catch {
            throw copy.engine.isFailure(error) ? copy.engine.failure(error) : failure(error)
        }
        try copy.engine.backUp(to: path)
    }

    /// The server checks its pages when it reads them (`initdb --data-checksums`), and references at each change: what is left is to read all.
    func storageFaults(limit: Int) throws -> [String] {
        var faults: [String] = []
        for table in RegistryTables.all {
            do {
                try read { try Query(streaming: $0, "SELECT * FROM \(table)").forEach { _ in } }
            } catch let failure as PostgresFailure where !failure.isConnectionLost {
                faults.append("table \(table) cannot be read: PostgreSQL \(failure.state): \(failure.message)")
            }
            if faults.count >= limit { break }
        }
        return faults
    }
}
