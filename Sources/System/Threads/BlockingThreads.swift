import Dispatch

/// Threads for tasks that wait for files and disks.
///
/// Swift's own pool has one thread a core, and a task that blocks in a system call keeps one: with two cores, a batch that
/// is being synchronized would stop half of the signing of the next. Tasks that prefer this executor wait on threads of
/// its own, and the cores sign on.
package final class BlockingThreads: TaskExecutor {
    package static let shared = BlockingThreads()

    private let queue = DispatchQueue(label: "rotation-job.blocking", attributes: .concurrent)

    private init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
