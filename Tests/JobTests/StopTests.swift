import Fleet
import RotationModel
import RotationTesting
import Synchronization
import Testing

@testable import Intake
@testable import Job
@testable import Planning

/// Says yes from so many questions on.
private final class Impatience: Sendable {
    private let left: Atomic<Int>

    init(after questions: Int) { left = Atomic(questions) }

    var request: StopRequest {
        StopRequest { self.left.subtract(1, ordering: .relaxed).newValue < 0 }
    }
}

@Suite("A run that is asked to stop")
struct StopTests {
    private let now = TestFleet.now

    private func run(_ fleet: TestFleet, stop: StopRequest) async throws -> RunOutcome {
        try await JobRun(fleet.workspace, at: now, actor: "test", clock: FixedClock(now), stop: stop).perform()
    }

    /// Six devices that are due and have handed in, three that are to be asked, and one that is revoked.
    private func fleet() async throws -> TestFleet {
        let fleet = try TestFleet(
            policies: policyFile().replacing("batch: 500", with: "batch: 2"), limits: "{ issue: 100, revoke: 50% }")
        for number in 1...6 { try fleet.add("d\(number)") }
        for number in 7...9 { try fleet.add("d\(number)") }
        try fleet.add("stolen", left: .days(80))
        try fleet.load()
        for number in 1...6 { try fleet.handIn("d\(number)") }
        _ = try RevocationService(fleet.workspace, at: now, actor: "alice", clock: FixedClock(now))
            .record(ManualRevocation(target: .device("stolen"), reason: .keyCompromise))
        return fleet
    }

    @Test(
        "Wherever it is asked, what was begun is whole, its report says what is left, and the next run does that and no more",
        arguments: 0..<24)
    func anywhere(_ questions: Int) async throws {
        let fleet = try await fleet()
        let stopped = try await run(fleet, stop: Impatience(after: questions).request)
        let done = stopped.count(.issued) + stopped.count(.requested) + stopped.count(.revoked)
        if stopped.count(.stopped) > 0 { #expect(stopped.ending == .stopped) }
        if stopped.ending == .completed { #expect(done == 10) }
        #expect(stopped.count(.failed) == 0 && stopped.count(.skipped) == 0)
        // Whose certificate was revoked stands on a published list.
        if stopped.count(.revoked) == 1 { #expect(stopped.lists.published.map(\.entries) == [1]) }
        #expect(try fleet.inventory().unpublishedManifests(limit: 10).isEmpty)
        #expect(try fleet.inventory().interruptedRuns() == [])

        let next = try await fleet.run()
        #expect(next.ending == .completed)
        #expect(next.count(.issued) + next.count(.requested) + next.count(.revoked) == 10 - done)
        for number in 1...6 { #expect(try fleet.certificates("d\(number)", .pendingActivation).count == 1) }
        #expect(try fleet.statuses("stolen") == ["REVOKED"])
    }

    @Test("One that is asked before it began changes nothing but what was recorded before")
    func atOnce() async throws {
        let fleet = try await fleet()
        let stopped = try await run(fleet, stop: StopRequest { true })
        #expect(stopped.ending == .stopped)
        #expect(stopped.intake.taken == 0 && stopped.count(.stopped) == stopped.plan.rows.count)
        #expect(try fleet.waitingFiles.count == 6)
    }

    @Test("revoke --now that is asked to stop has recorded its order, and the next run carries it out")
    func order() async throws {
        let fleet = try await fleet()
        let service = RevocationService(
            fleet.workspace, at: now, actor: "alice", clock: FixedClock(now), stop: StopRequest { true })
        let outcome = try await service.carryOut(ManualRevocation(target: .device("d1"), reason: .superseded))
        #expect(outcome.ending == .stopped)
        #expect(try fleet.statuses("d1") == ["ACTIVE"])
        try await fleet.run()
        #expect(try fleet.statuses("d1").contains("REVOKED"))
    }
}
