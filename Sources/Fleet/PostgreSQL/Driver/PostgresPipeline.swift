import CPostgreSQL

/// Sends statements of which nothing is read without waiting for each answer: their answers come with that of the next one that is waited for.
///
/// A batch writes a dozen rows a device, and a way to the server and back takes longer than the server's work on one.
final class PostgresPipeline {
    private unowned let connection: PostgresConnection
    /// Statements that were sent and whose answers were not read.
    private var sent = 0
    /// So that neither side ever waits for the other to read.
    private static let most = 256

    init(on connection: PostgresConnection) { self.connection = connection }

    /// Sends a prepared statement.
    func add(_ name: String, _ values: [SQLValue]) throws {
        // Outside of a transaction each is one of its own, and is waited for.
        guard connection.isInsideTransaction else {
            _ = try result(of: name, values)
            return
        }
        try send(name, values)
        sent += 1
        if sent >= PostgresPipeline.most { try settle() }
    }

    /// Executes a prepared statement and waits for its answer.
    ///
    /// - Throws: What one of those failed with that were sent before.
    func result(of name: String, _ values: [SQLValue]) throws -> PostgresResult {
        guard sent > 0 else {
            return try PostgresResult(
                PostgresValues.with(values) { count, values, lengths, formats in
                    PQexecPrepared(connection.handle, name, count, values, lengths, formats, 1)
                }, on: connection)
        }
        try send(name, values)
        sent += 1
        guard let last = try answers() else { throw PostgresFailure(message: "the server did not answer") }
        return last
    }

    /// Waits for the answers of all that were sent.
    func settle() throws { if sent > 0 { _ = try answers() } }

    private func send(_ name: String, _ values: [SQLValue]) throws {
        if sent == 0 { try require(PQenterPipelineMode(connection.handle)) }
        try require(
            PostgresValues.with(values) { count, values, lengths, formats in
                PQsendQueryPrepared(connection.handle, name, count, values, lengths, formats, 1)
            })
    }

    /// Reads all answers; the first failure counts, since those after it are of what it kept from being done.
    private func answers() throws -> PostgresResult? {
        let count = sent
        sent = 0
        try require(PQpipelineSync(connection.handle))
        var last: PostgresResult?
        var failure: (any Error)?
        for _ in 0..<count {
            do {
                last = try PostgresResult(PQgetResult(connection.handle), on: connection)
            } catch {
                failure = failure ?? error
                last = nil
            }
            // Each answer ends with a null pointer.
            while let more = PQgetResult(connection.handle) { PQclear(more) }
            guard connection.isConnected else { break }
        }
        PQclear(PQgetResult(connection.handle))
        PQexitPipelineMode(connection.handle)
        if let failure { throw failure }
        return last
    }

    private func require(_ outcome: CInt) throws {
        guard outcome != 1 else { return }
        throw PostgresFailure(nil, connection: connection.handle)
    }
}
