import NIOCore

/// Runs tasks on the thread that a connection is served by.
///
/// What answers a request takes microseconds where it does not wait: to hand it to another thread and back would cost more. And the gate
/// answers while Swift's own pool, which has one thread a core, is busy with something else. What waits for a disk has to prefer
/// threads of its own.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
