import Synchronization
import Testing

@testable import System

@Suite("Work that goes through several hands")
struct StationsTests {
    private struct Failure: Error, Equatable { let name: String }

    /// Collects from tasks that run at the same time.
    private final class Collected<Element: Sendable>: Sendable {
        private let elements = Mutex<[Element]>([])
        func add(_ element: Element) { elements.withLock { $0.append(element) } }
        var all: [Element] { elements.withLock { $0 } }
    }

    /// Numbers from 0 on, doubled on the way; each station fails at the number that it is given.
    private func run(
        _ count: Int, room: Int = 1, failing: [String: Int] = [:], made: Collected<Int> = Collected()
    ) async throws -> [Int] {
        let (first, second) = (BoundedChannel<Int>(room: room), BoundedChannel<Int>(room: room))
        let arrived = Collected<Int>()
        @Sendable func check(_ station: String, _ number: Int) throws {
            if failing[station] == number { throw Failure(name: station) }
        }
        var stations = Stations()
        stations.add(to: first) {
            for number in 0..<count {
                try check("make", number)
                made.add(number)
                guard await first.send(number) else { return }
            }
        }
        stations.add(from: first, to: second, isWaiting: false) {
            while let number = await first.receive() {
                try check("double", number)
                guard await second.send(2 * number) else { return }
            }
        }
        stations.add(from: second) {
            while let number = await second.receive() {
                try check("take", number / 2)
                arrived.add(number)
            }
        }
        do { try await stations.work() } catch { throw Ended(failure: error, arrived: arrived.all) }
        return arrived.all
    }

    private struct Ended: Error {
        let failure: any Error
        let arrived: [Int]
    }

    @Test("All arrives, once and in order, however much room there is between the hands", arguments: [1, 2, 50])
    func order(_ room: Int) async throws {
        #expect(try await run(500, room: room) == (0..<500).map { 2 * $0 })
        #expect(try await run(0, room: room) == [])
    }

    @Test("When one fails, those before it stop, those after it finish what they have, and its error is told")
    func failure() async throws {
        for (station, arrives) in [("make", 40), ("double", 40), ("take", 40)] {
            let made = Collected<Int>()
            let ended = await #expect(throws: Ended.self) {
                _ = try await run(100_000, failing: [station: 40], made: made)
            }
            #expect(ended?.failure as? Failure == Failure(name: station))
            #expect(ended?.arrived == (0..<arrives).map { 2 * $0 })
            // What lay in two channels and in two hands, and no more.
            #expect(made.all.count <= 40 + 6)
        }
    }

    @Test("A sender waits while there is no room, and is told when nobody receives any more")
    func room() async {
        let channel = BoundedChannel<Int>(room: 2)
        let sent = Counter()
        let sender = Task {
            for number in 0..<10 {
                guard await channel.send(number) else { return number }
                sent.add(1)
            }
            return 10
        }
        #expect(await channel.receive() == 0)
        #expect(await channel.receive() == 1)
        #expect(sent.value <= 4)
        channel.close()
        #expect(await sender.value <= 4)
    }

    @Test("What lies in a channel when its sender finishes is received, and then nothing")
    func finish() async {
        let channel = BoundedChannel<Int>(room: 3)
        for number in 1...3 { #expect(await channel.send(number)) }
        channel.finish()
        for number in 1...3 { #expect(await channel.receive() == number) }
        #expect(await channel.receive() == nil)
    }
}
