import Policy
import RotationModel
import Testing

@Suite("When an old certificate may go")
struct RetirementTests {
    private static let confirmed: Timestamp = "2026-12-01T00:00:00Z"

    private func rules(_ expiry: String) throws -> RotationPolicy {
        try #require(load(policy("expiry: { renewBefore: 1d, \(expiry) }")).set?.policies.first)
    }

    @Test("The overlap is over when its end has come, and not a second before")
    func overlap() throws {
        let rules = try rules("overlap: 7d")
        let end = rules.overlapEnd(confirmedAt: RetirementTests.confirmed)
        #expect(end == "2026-12-08T00:00:00Z")
        #expect(rules.isOverlapOver(confirmedAt: RetirementTests.confirmed, at: end))
        #expect(!rules.isOverlapOver(confirmedAt: RetirementTests.confirmed, at: end - TimeSpan(seconds: 1)))
    }

    @Test("Without an overlap the old one may go with the confirmation")
    func noOverlap() throws {
        let rules = try rules("overlap: 0d")
        #expect(rules.isOverlapOver(confirmedAt: RetirementTests.confirmed, at: RetirementTests.confirmed))
    }

    @Test("A device is stuck when more than confirmWithin has passed, not just as much")
    func stuck() throws {
        let rules = try rules("confirmWithin: 3d")
        let limit: Timestamp = "2026-12-04T00:00:00Z"
        #expect(!rules.patience.isOver(since: RetirementTests.confirmed, at: limit))
        #expect(rules.patience.isOver(since: RetirementTests.confirmed, at: limit + TimeSpan(seconds: 1)))
    }
}
