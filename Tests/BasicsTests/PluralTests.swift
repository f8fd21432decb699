import Basics
import Testing

@Suite("Counted things")
struct PluralTests {
    @Test("One is one, and none or more are several")
    func counts() {
        #expect([0, 1, 2].map { counted($0, "device") } == ["0 devices", "1 device", "2 devices"])
        #expect([1, 2].map { counted($0, "entry", plural: "entries") } == ["1 entry", "2 entries"])
        #expect([1, 2].map { Plural.of("row", $0) } == ["row", "rows"])
    }
}
