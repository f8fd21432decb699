import RotationModel

/// What holds the tables: a file of SQLite, a schema of PostgreSQL.
///
/// Writes are one after the other, whoever writes: what one of them reads before it writes is what holds when it commits. The chain of the audit,
/// numbers that only grow and promises such as one open rotation a device hang on that.
protocol Engine: AnyObject, Sendable {
    /// Where it is, as people name it; without secrets.
    var place: String { get }

    /// As ``FleetStore/isReplaced``.
    var isReplaced: Bool { get }

    /// Lets the body read what is committed at one moment. A read within a read joins it.
    func read<T>(_ body: (any Database) throws -> T) throws -> T

    /// Lets the body write within one transaction, which is durable when this returns, or undone.
    func write<T>(_ body: (any Database) throws -> T) throws -> T

    /// Hands out the writing connection, for who begins and ends transactions himself.
    func withWriter<T>(_ body: (any Database) throws -> T) throws -> T

    /// As ``RunStore/claimRuns()``.
    func claim() throws -> RunClaim

    /// As ``RunStore/isRunClaimed()``.
    func isClaimed() throws -> Bool

    /// As ``BackupStore/backUp(to:)``.
    func backUp(to path: String) throws(RotationError)

    /// What the engine itself finds wrong with what it stores, a sentence each.
    func storageFaults(limit: Int) throws -> [String]

    /// Whether an error is the engine's own.
    func isFailure(_ error: any Error) -> Bool

    /// What an error says, where, and what to do; one that says that already comes back as it is.
    func failure(_ error: any Error) -> RotationError
}
