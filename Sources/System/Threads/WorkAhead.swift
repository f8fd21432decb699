import Dispatch
import Synchronization

/// Work that goes on on all cores while one thread uses its results, in the order in which the work was given.
///
/// For a caller that cannot wait for tasks, because it is within a transaction. It holds no more results than it is told to.
package struct WorkAhead<Output: Sendable> {
    private var pending: [Pending] = []
    private let most: Int
    private let queue = DispatchQueue(label: "rotation-job.ahead", attributes: .concurrent)

    /// - Parameter most: How many pieces are under way or wait to be used: at least one.
    package init(most: Int = 2 * Parallel.workers + 2) { self.most = max(1, most) }

    /// Whether ``next()`` should be called before more is added.
    package var isFull: Bool { pending.count >= most }

    package mutating func add(_ work: @escaping @Sendable () -> Output) {
        let piece = Pending()
        pending.append(piece)
        queue.async { piece.set(work()) }
    }

    /// The result of the work that was added first, as soon as it is there; nil where none is left.
    package mutating func next() -> Output? {
        pending.isEmpty ? nil : pending.removeFirst().wait()
    }

    /// A result that is to come.
    private final class Pending: Sendable {
        private let output = Mutex<Output?>(nil)
        private let done = DispatchSemaphore(value: 0)

        func set(_ value: Output) {
            output.withLock { $0 = value }
            done.signal()
        }

        func wait() -> Output? {
            done.wait()
            return output.withLock { $0.take() }
        }
    }
}
