import CLinux
import Dispatch
import Glibc
import Synchronization

/// Threads for tasks that wait for files and disks.
///
/// Swift's own pool has one thread a core, and a task that blocks in a system call keeps one: with two cores, a batch that
/// is being synchronized would stop half of the signing of the next. Tasks that prefer this executor wait on threads of
/// its own, and the cores sign on. A concurrent dispatch queue would not do: it runs as many blocks at a time as there are cores, whatever
/// they wait for.
///
/// A thread is made when a job finds none idle, up to ``most``, and stays.
package final class BlockingThreads: TaskExecutor {
    package static let shared = BlockingThreads(most: 4 * Parallel.workers + 12)

    /// How many threads there are at the most. Further jobs wait for their turn.
    package let most: Int

    private struct State {
        /// Jobs that no thread has yet, in their order; those before `next` are gone.
        var jobs: [UnownedJob] = []
        var next = 0
        var threads = 0
        var busy = 0

        mutating func take() -> UnownedJob? {
            guard next < jobs.count else { return nil }
            defer { next += 1 }
            busy += 1
            return jobs[next]
        }

        mutating func add(_ job: UnownedJob) {
            if next == jobs.count {
                jobs.removeAll(keepingCapacity: true)
                next = 0
            }
            jobs.append(job)
        }

        /// Whether more jobs wait than idle threads.
        var isShort: Bool { jobs.count - next > threads - busy }
    }
    private let state = Mutex(State())

    /// Counts the jobs that wait. It is made with the pool, which is never freed while a thread of it lives, and its calls are for any thread
    /// (sem_overview(7)).
    nonisolated(unsafe) private let waiting: UnsafeMutablePointer<sem_t>

    package init(most: Int) {
        self.most = max(1, most)
        waiting = .allocate(capacity: 1)
        waiting.initialize(to: sem_t())
        sem_init(waiting, 0, 0)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isNewNeeded = state.withLock { state in
            state.add(job)
            guard state.isShort, state.threads < most else { return false }
            state.threads += 1
            return true
        }
        sem_post(waiting)
        if isNewNeeded && !startThread() {
            // The system has no more threads to give. What waits is done all the same, if with fewer at a time.
            state.withLock { $0.threads -= 1 }
            DispatchQueue.global().async { self.runNext() }
        }
    }

    /// Signals are the other threads' business, as in a dispatch queue.
    private func startThread() -> Bool {
        var (all, before) = (sigset_t(), sigset_t())
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let pool = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, nil,
            { pool in
                if let pool { Unmanaged<BlockingThreads>.fromOpaque(pool).takeRetainedValue().work() }
                return nil
            }, pool.toOpaque())
        guard code == 0 else {
            pool.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private func work() {
        while true {
            while sem_wait(waiting) != 0 {}
            runNext()
        }
    }

    private func runNext() {
        guard let job = state.withLock({ $0.take() }) else { return }
        job.runSynchronously(on: asUnownedTaskExecutor())
        state.withLock { $0.busy -= 1 }
    }
}
