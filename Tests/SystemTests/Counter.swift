import Synchronization

/// A number that tasks count up and down at the same time.
final class Counter: Sendable {
    private let count = Atomic(0)
    private let peak = Atomic(0)

    var value: Int { count.load(ordering: .sequentiallyConsistent) }
    /// The most that it ever was.
    var most: Int { peak.load(ordering: .sequentiallyConsistent) }

    func add(_ number: Int) {
        let now = count.add(number, ordering: .sequentiallyConsistent).newValue
        peak.max(now, ordering: .sequentiallyConsistent)
    }
}
