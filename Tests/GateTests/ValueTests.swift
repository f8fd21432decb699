import Foundation
import RotationModel
import Testing

@testable import Gate

@Suite("Small things that the server stands on")
struct ValueTests {
    @Test(
        "A date is as HTTP writes it",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        ] as [(Int64, String)])
    func date(seconds: Int64, text: String) {
        #expect(HTTPDate.text(Timestamp(seconds: seconds)) == text)
    }

    @Test("The oldest goes first, whatever was taken out between, and what was taken out does not come back")
    func oldestFirst() {
        var values = OldestFirst<Int>()
        var tickets: [OldestFirst<Int>.Ticket] = []
        for value in 0..<1000 { tickets.append(values.append(value)) }
        for value in 0..<1000 where value % 3 != 0 { values.remove(tickets[value]) }
        for value in 1000..<3000 { values.remove(values.append(value)) }
        #expect(values.count == 334)
        for value in stride(from: 0, to: 1000, by: 3) { #expect(values.removeOldest() == value) }
        #expect(values.removeOldest() == nil && values.count == 0)
    }
}
