/// Work that goes through several hands, each of them at work on another piece at the same time. What passes from one to the next lies in a
/// ``BoundedChannel`` between them.
package struct Stations: Sendable {
    private struct Station: Sendable {
        let isWaiting: Bool
        let work: @Sendable () async throws -> Void
    }
    private var stations: [Station] = []

    package init() {}

    /// Adds a station that takes from one channel and sends to others by itself. Its ends are closed and finished when it is over, however
    /// that comes: so a station that fails makes those before it stop, and lets those after it finish what they have.
    ///
    /// - Parameter isWaiting: whether it waits for files and disks rather than for the cores.
    package mutating func add<In: Sendable, Out: Sendable>(
        from input: BoundedChannel<In>, to output: BoundedChannel<Out>, isWaiting: Bool = true,
        _ work: @escaping @Sendable () async throws -> Void
    ) {
        stations.append(
            Station(isWaiting: isWaiting) {
                defer {
                    input.close()
                    output.finish()
                }
                try await work()
            })
    }

    /// The first station.
    package mutating func add<Out: Sendable>(
        to output: BoundedChannel<Out>, isWaiting: Bool = true, _ work: @escaping @Sendable () async throws -> Void
    ) {
        stations.append(
            Station(isWaiting: isWaiting) {
                defer { output.finish() }
                try await work()
            })
    }

    /// The last station.
    package mutating func add<In: Sendable>(
        from input: BoundedChannel<In>, isWaiting: Bool = true, _ work: @escaping @Sendable () async throws -> Void
    ) {
        stations.append(
            Station(isWaiting: isWaiting) {
                defer { input.close() }
                try await work()
            })
    }

    /// Lets all of them work, and returns when each has ended.
    ///
    /// - Throws: what the first that failed threw.
    package func work() async throws {
        let failure = await withTaskGroup(of: (any Error)?.self) { group in
            for station in stations {
                group.addTask(executorPreference: station.isWaiting ? BlockingThreads.shared : nil) {
                    do {
                        try await station.work()
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            var first: (any Error)?
            for await failure in group { first = first ?? failure }
            return first
        }
        if let failure { throw failure }
    }
}
