import RotationModel
import System

/// One connection at a time, used by one thread at a time, and made anew where the server went away between two transactions.
///
/// `@unchecked Sendable`: what changes is only reached with the lock, which the compiler cannot see.
final class PostgresSession: @unchecked Sendable {
    private let location: PostgresLocation
    private let purpose: PostgresConnection.Purpose
    private let lock = ReentrantLock()
    // Behind the lock.
    private var connection: PostgresConnection?
    private var hasClaim = false

    init(_ location: PostgresLocation, for purpose: PostgresConnection.Purpose) {
        (self.location, self.purpose) = (location, purpose)
    }

    /// The thread that is in the body already gets the connection that it has.
    func withConnection<T>(_ body: (PostgresConnection) throws -> T) throws -> T {
        try lock.withLock { try body(alive()) }
    }

    /// Takes the claim of a run, and takes it again with each new connection.
    func claim() throws {
        try withConnection { connection in
            guard !hasClaim, try PostgresClaim.take(on: connection) else {
                throw PostgresClaim.taken(at: location.text)
            }
            hasClaim = true
        }
    }

    func releaseClaim() {
        lock.withLock {
            hasClaim = false
            if let connection, connection.isAlive { try? PostgresClaim.release(on: connection) }
        }
    }

    /// What was lost within a transaction is the caller's to know: only a connection that nothing hangs on is replaced in silence.
    private func alive() throws -> PostgresConnection {
        if let connection, connection.isInsideTransaction || connection.isAlive { return connection }
        let made = try PostgresSession.connect(patiently: connection != nil) {
            try PostgresConnection(to: location, for: purpose)
        }
        if hasClaim { try claimAgain(on: made) }
        connection = made
        return made
    }

    /// The server may not have noticed yet that the old session is gone.
    private func claimAgain(on connection: PostgresConnection) throws {
        var pause = 0.2
        while try !PostgresClaim.take(on: connection) {
            guard pause < 20 else { throw PostgresClaim.taken(at: location.text) }
            SystemClock.pause(seconds: pause)
            pause *= 2
        }
    }

    /// A server that is started again, or a standby that takes over, is back within seconds.
    private static func connect(
        patiently: Bool, _ make: () throws -> PostgresConnection
    ) throws -> PostgresConnection {
        var pause = 0.2
        while true {
            do {
                return try make()
            } catch let failure as PostgresFailure where failure.isPassing && patiently && pause < 4 {
                SystemClock.pause(seconds: pause)
                pause *= 2
            }
        }
    }
}
