import RotationModel
import System

/// A registry in a schema of PostgreSQL, which several hosts may use.
final class PostgresEngine: Engine {
    let location: PostgresLocation
    private let mayWrite: Bool
    private let writer: PostgresSession
    private let reader: PostgresSession

    var place: String { location.text }

    /// - Throws: ``RotationError`` where there is no registry, or one of a version that this program does not know.
    init(_ location: PostgresLocation, access: InventoryAccess, purpose: PostgresSchema.Purpose) throws(RotationError) {
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

    func backUp(to path: String) throws(RotationError) {
        throw RotationError(
            .usage, "a registry in PostgreSQL is not backed up into a file", at: place,
            advice:
                "use pg_dump or pg_basebackup, or `rotation-job inventory copy --to FILE` for a copy that SQLite reads")
    }

    /// The server checks its pages when it reads them (`initdb --data-checksums`), and references at each change: what is left is to read all.
    func storageFaults(limit: Int) throws -> [String] {
        var faults: [String] = []
        for table in PostgresSchema.tables {
            do {
                try read { _ = try Query(streaming: $0, "SELECT * FROM \(table)").forEach { _ in } }
            } catch let failure as PostgresFailure where !failure.isConnectionLost {
                faults.append("table \(table) cannot be read: PostgreSQL \(failure.state): \(failure.message)")
            }
            if faults.count >= limit { break }
        }
        return faults
    }
}
