import Foundation
import System
import Testing

@Suite("Work ahead of its use")
struct WorkAheadTests {
    @Test("Results come in the order in which work was given, however long each takes")
    func order() {
        var ahead = WorkAhead<Int>(most: 8)
        var results: [Int] = []
        for number in 0..<100 {
            ahead.add {
                usleep(number % 3 == 0 ? 2000 : 0)
                return number
            }
            if ahead.isFull, let next = ahead.next() { results.append(next) }
        }
        while let next = ahead.next() { results.append(next) }
        #expect(results == Array(0..<100))
    }

    @Test("It is full where as much is under way as may be, and empty again when all was used")
    func full() {
        var ahead = WorkAhead<Int>(most: 2)
        #expect(!ahead.isFull)
        ahead.add { 1 }
        #expect(!ahead.isFull)
        ahead.add { 2 }
        #expect(ahead.isFull)
        #expect(ahead.next() == 1)
        #expect(!ahead.isFull)
        #expect(ahead.next() == 2)
        #expect(ahead.next() == nil)
    }
}
