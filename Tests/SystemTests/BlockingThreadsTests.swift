import Glibc
import Testing

@testable import System

@Suite("Threads that may wait")
struct BlockingThreadsTests {
    /// Lets that many tasks wait for each other: each ends only once all of them have begun.
    private func meet(_ count: Int, on threads: BlockingThreads) async {
        let begun = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask(executorPreference: threads) {
                    begun.add(1)
                    while begun.value < count { usleep(200) }
                }
            }
        }
    }

    @Test("More of them wait at once than the machine has cores")
    func manyWait() async {
        await meet(Parallel.workers + 6, on: BlockingThreads.shared)
    }

    @Test("There are no more than were allowed, and what finds none waits for its turn")
    func bound() async {
        let threads = BlockingThreads(most: 3)
        let working = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask(executorPreference: threads) {
                    working.add(1)
                    usleep(500)
                    working.add(-1)
                }
            }
        }
        #expect(working.most <= 3)
        await meet(3, on: threads)
    }

    @Test("A task that is suspended keeps no thread")
    func suspended() async {
        let threads = BlockingThreads(most: 1)
        let channel = BoundedChannel<Int>(room: 1)
        async let received = Task(executorPreference: threads) { await channel.receive() }.value
        let sent = await Task(executorPreference: threads) { await channel.send(7) }.value
        #expect(sent)
        #expect(await received == 7)
    }
}
