import Glibc

/// Work on all cores, in order.
package enum Parallel {
    package static let workers = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Splits the items into one share a core and maps each share in a task of its own.
    ///
    /// - Parameters:
    ///   - workers: how many shares there are at the most.
    ///   - body: maps a share, in order. It runs once a share, so it can keep one signing context.
    /// - Returns: the results in the order of the items.
    package static func map<Item: Sendable, Result: Sendable>(
        _ items: [Item], workers: Int = workers, _ body: @escaping @Sendable (ArraySlice<Item>) throws -> [Result]
    ) async throws -> [Result] {
        // Below this a task costs more than it brings.
        let workers = min(workers, max(1, items.count / 8))
        guard workers > 1 else { return try body(items[...]) }
        let share = (items.count + workers - 1) / workers
        return try await withThrowingTaskGroup(of: (Int, [Result]).self) { group in
            for (position, start) in stride(from: 0, to: items.count, by: share).enumerated() {
                let slice = items[start..<min(start + share, items.count)]
                group.addTask { (position, try body(slice)) }
            }
            var parts = [[Result]](repeating: [], count: workers)
            for try await (position, part) in group { parts[position] = part }
            return parts.flatMap { $0 }
        }
    }
}

extension Array {
    /// The array in pieces of at most `size`.
    package func chunked(by size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
