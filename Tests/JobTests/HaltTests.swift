import Fleet
import PKI
import Policy
import RotationModel
import RotationTesting
import Testing

@testable import Job
@testable import Planning

@Suite("A policy halts when too many fail, until somebody resumes it")
struct HaltTests {
    /// Devices d0… are due now, and one named `next` in a day; `confirmWithin` is 10 days.
    private func fleet(_ count: Int = 5, halt: String = "{ failed: 20%, atLeast: 5 }") throws -> TestFleet {
        let policy = PolicyText(rekey: "allowed", rollout: "{ halt: \(halt) }")
        let fleet = try TestFleet(policies: policyFile([policy]))
        for number in 0..<count { try fleet.add("d\(number)", left: .days(29)) }
        try fleet.add("next", left: .days(31))
        return try fleet.load()
    }

    private func confirm(_ fleet: TestFleet, _ devices: String...) throws {
        for device in devices { try fleet.confirm(device, #require(fleet.keys[device])) }
    }

    private static let later = TestFleet.now + .days(10) + TimeSpan(seconds: 1)

    @Test(
        "Over its share it halts in the plan and in the run, and stays so when the late ones answer; resumed, it goes on"
    )
    func life() async throws {
        let fleet = try fleet()
        #expect(try await fleet.run().count(.issued) == 5)
        try confirm(fleet, "d0", "d1", "d2")
        #expect(try await fleet.plan(at: TestFleet.now + .days(10)).halts == [], "exactly confirmWithin is in time")

        let tally = RolloutTally(handedOut: 5, failed: 0, stuck: 2)
        let plan = try await fleet.plan(at: Self.later)
        #expect(plan.decision("next")?.action.name == .hold && plan.decision("next")?.reason.code == .halted)
        #expect(plan.halts == [PolicyHalt(policy: "sensors", since: Self.later, isRecorded: false, tally: tally)])
        #expect(plan.decision("next")?.reason.text.contains("rotation-job resume sensors") == true)

        let outcome = try await fleet.run(at: Self.later)
        #expect(outcome.result("next")?.status == .held && outcome.ending == .partial)
        // The late ones answer, and that alone does not let it go on.
        try confirm(fleet, "d3", "d4")
        let again = try await fleet.run(at: Self.later + .hours(1))
        #expect(again.result("next")?.status == .held && again.ending == .partial)
        #expect(again.plan.halts == [PolicyHalt(policy: "sensors", since: Self.later, isRecorded: true, tally: tally)])
        let attention = try await FleetStatus.read(fleet.workspace, at: Self.later + .hours(1)).attention
        #expect(attention.first { $0.hasPrefix("policy sensors is halted since") }?.contains("2 stuck of 5") == true)

        let service = RolloutService(fleet.workspace, at: Self.later + .hours(2), actor: "alice")
        #expect(try service.resume("sensors", note: "the gateway was down")?.tally == tally)
        let resumed = try await fleet.run(at: Self.later + .hours(3))
        #expect(resumed.result("next")?.status == .issued && resumed.ending == .completed && resumed.plan.halts == [])

        var entries: [AuditEntry] = []
        try fleet.inventory().audit { if $0.action.hasPrefix("rollout-") { entries.append($0) } }
        #expect(entries.map(\.action) == ["rollout-halted", "rollout-resumed"], "it is recorded once")
        #expect(entries.map(\.actor) == ["test", "alice"])
        #expect(entries.last?.detail.contains("the gateway was down") == true)
        #expect(try fleet.inventory().verifyAuditChain() == nil)
    }

    @Test("After a resume only what fails later counts")
    func after() async throws {
        let fleet = try fleet()
        try await fleet.run()
        _ = try RolloutService(fleet.workspace, at: Self.later, actor: "alice").resume("sensors", note: "known")
        #expect(try await fleet.plan(at: Self.later).halts == [], "all five were stuck by then")
        #expect(try await fleet.plan(at: Self.later + .days(2)).halts == [])
    }

    @Test("A dry run counts the confirmations that wait in the inbox, as the run will")
    func waiting() async throws {
        let fleet = try fleet()
        try await fleet.run()
        try confirm(fleet, "d0", "d1", "d2", "d3")
        #expect(try await fleet.plan(at: Self.later).halts == [])
        #expect(try await fleet.run(at: Self.later).plan.halts == [])
    }

    @Test("Before enough were handed out, at the share and without `halt`, nothing halts")
    func quiet() async throws {
        for (fleet, confirmed) in [
            (try fleet(4), 0), (try fleet(5), 4), (try fleet(halt: "{ failed: 20%, atLeast: 6 }"), 0),
        ] {
            try await fleet.run()
            for number in 0..<confirmed { try confirm(fleet, "d\(number)") }
            #expect(try await fleet.run(at: Self.later).result("next")?.status == .issued)
        }
    }

    @Test("A halt of one policy holds no other, and a revocation's replacements go on")
    func others() async throws {
        let policies = [
            PolicyText(rekey: "allowed", rollout: "{ halt: { failed: 20%, atLeast: 5 } }"),
            PolicyText(name: "pumps", priority: 20, match: "{ device: pump }", rekey: "allowed"),
        ]
        let fleet = try fleet()
        try fleet.setPolicies(policyFile(policies))
        try fleet.add("pump", left: .days(31))
        try fleet.add("stolen", left: .days(80))
        try await fleet.load().run()
        let rule = RevocationText(match: "{ device: stolen }", reason: "superseded")
        try fleet.setPolicies(policyFile(policies, revoking: [rule]))
        let rows = Set(try await fleet.plan(at: Self.later).lines)
        #expect(rows.isSuperset(of: ["next hold halted", "pump issue expiring", "stolen issue revoked"]))
    }

    @Test("A standing halt outlasts the key that caused it, and the policy's name")
    func removed() async throws {
        let fleet = try fleet()
        try await fleet.run()
        try await fleet.run(at: Self.later)
        try fleet.setPolicies(policyFile([PolicyText(rekey: "allowed")]))
        #expect(try await fleet.plan(at: Self.later).decision("next")?.reason.code == .halted)
        try fleet.setPolicies(policyFile([PolicyText(name: "renamed", rekey: "allowed")]))
        #expect(try await fleet.plan(at: Self.later).decision("next")?.action.name == .issue)
        let service = RolloutService(fleet.workspace, at: Self.later, actor: "alice")
        #expect(try service.resume("sensors", note: "renamed")?.isRecorded == true)
        #expect(try service.resume("renamed", note: "to be sure") == nil)
        let error = #expect(throws: RotationError.self) { try service.resume("renamd", note: "typing") }
        #expect(
            error?.code == .badInput && error?.advice == "it can only be `renamed`"
                || error?.advice == "did you mean `renamed`?")
    }

    @Test("A replacement that cannot be made counts as failed, once a device")
    func unmade() async throws {
        let fleet = try fleet(halt: "{ failed: 10%, atLeast: 1 }")
        var plan = try await fleet.plan()
        let inventory = try fleet.workspace.openInventory(.readWrite)
        let run = RunRecord(id: "r1", startedAt: TestFleet.now, now: TestFleet.now, actor: "test", host: "h", pid: 1)
        try inventory.beginRun(run)
        let records = RecordHalts(run: RunContext(inventory, run, observer: SilentObserver()))
        for place in plan.rows.indices {
            plan.rows[place].result = RowResult(place == 0 ? .failed : .issued, error: "no luck")
        }
        for _ in 0..<2 { try records.record(failuresOf: plan) }
        let halts = try await fleet.plan(at: TestFleet.now + .hours(1)).halts
        #expect(halts.map(\.tally) == [RolloutTally(handedOut: 1, failed: 1, stuck: 0)])
    }
}
