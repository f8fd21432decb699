import Fleet
import PKI
import Policy
import RotationModel
import RotationTesting
import Testing

@testable import Job
@testable import Planning

@Suite("Waves: a device goes when those before it have confirmed")
struct WaveHoldTests {
    // python3 -c 'import hashlib
    // for n in ["a1", "a4", "a7", "b2", "a0", "a2", "a3"]: print(n, hashlib.sha256(b"wave\nsensors\n" + n.encode()).digest()[0] / 256)'
    // a1 0.21, a4 0.05, a7 0.38 and b2 0.34 are in the first half; a0 0.88, a2 0.96 and a3 0.78 are not.
    private func fleet(_ rekey: String = "allowed", rollout: String = "{ waves: [50%, 100%] }") throws -> TestFleet {
        try TestFleet(policies: policyFile([PolicyText(rekey: rekey, rollout: rollout)]))
    }

    private func confirm(_ fleet: TestFleet, _ device: String, at: Timestamp = TestFleet.now) throws {
        try fleet.confirm(device, #require(fleet.keys[device]), at: at)
    }

    @Test("The waves are those that the documented hash gives")
    func membership() async throws {
        let fleet = try fleet(rollout: "{ waves: [10%, 30%, 50%, 90%, 100%] }")
        let policy = try #require(try fleet.workspace.loadPolicies().set.policies.first)
        let waves = ["a4": 0, "a1": 1, "b2": 2, "a7": 2, "a3": 3, "a0": 3, "a2": 4]
        for (device, wave) in waves { #expect(policy.wave(of: DeviceID(checked: device)) == wave, "\(device)") }
    }

    @Test(
        "The second wave opens when every device of the first has confirmed, and the dry run sees confirmations coming")
    func opens() async throws {
        let fleet = try fleet()
        for device in ["a1", "b2", "a0", "a2"] { try fleet.add(device) }
        let plan = try await fleet.load().plan()
        #expect(plan.lines == ["a0 hold wave", "a1 issue expiring", "a2 hold wave", "b2 issue expiring"])
        let held = try #require(plan.decision("a0"))
        #expect(held.reason.text.contains("wave 2 of 2 (100%)") && held.reason.text.contains("2 devices"))
        #expect(held.reason.text.contains("a1 among them") && held.hold?.until == nil)
        #expect(try await fleet.run().lines == ["a0 held", "a1 issued", "a2 held", "b2 issued"])
        #expect(try await fleet.run().lines == ["a0 held", "a2 held"])
        try confirm(fleet, "a1")
        #expect(try await fleet.run().lines == ["a0 held", "a2 held"])
        try confirm(fleet, "b2")
        #expect(try await fleet.plan().lines == ["a0 issue expiring", "a2 issue expiring"])
        #expect(try await fleet.run().lines == ["a0 issued", "a2 issued"])
    }

    @Test("A first wave in which nobody is due holds nobody up")
    func empty() async throws {
        let fleet = try fleet()
        try fleet.add("a1", left: .days(60))
        try fleet.add("a0")
        #expect(try await fleet.load().plan().lines == ["a0 issue expiring"])
    }

    @Test("A device that is due and blocked holds the later waves, since it has not confirmed")
    func blocked() async throws {
        let fleet = try TestFleet(
            policies: policyFile(
                [PolicyText(rekey: "allowed", rollout: "{ waves: [50%, 100%] }")],
                [ProfileText(subject: "CN={label:site}")]))
        try fleet.add("a1")
        try fleet.add("a0", labels: ["site": "north"])
        #expect(try await fleet.load().plan().lines == ["a0 hold wave", "a1 blocked subject"])
    }

    @Test("A rotation that has begun goes on, although a device of an earlier wave becomes due meanwhile")
    func begun() async throws {
        let fleet = try fleet("required")
        try fleet.add("a0")
        #expect(try await fleet.load().run().lines == ["a0 requested"])
        try fleet.add("a1")
        try fleet.add("a2")
        try fleet.load()
        try fleet.handIn("a0")
        #expect(try await fleet.run().lines == ["a0 issued", "a1 requested", "a2 held"])
        // Asked and silent holds as well as handed out and not confirmed.
        #expect(try await fleet.run().lines == ["a2 held"])
    }

    @Test("A device that was stuck when somebody resumed the policy holds the later waves no longer")
    func resumed() async throws {
        let fleet = try fleet()
        try fleet.add("a1", left: .days(28))
        try fleet.add("a0", left: .days(28))
        try await fleet.load().run()
        let (early, late) = (TestFleet.now + TimeSpan(seconds: 864_000 - 1), TestFleet.now + .days(10))
        func resume(at: Timestamp) throws {
            _ = try RolloutService(fleet.workspace, at: at, actor: "alice").resume("sensors", note: "a1 is in repair")
        }
        try resume(at: early)
        #expect(try await fleet.plan(at: late).lines == ["a0 hold wave"], "it was not late yet")
        try resume(at: late)
        #expect(try await fleet.plan(at: late).lines == ["a0 issue expiring"])
    }

    @Test("perRun and --limit act after the waves: they count what the waves let through")
    func rates() async throws {
        let fleet = try fleet(rollout: "{ waves: [50%, 100%], perRun: 2 }")
        for (device, left) in [("a0", 1), ("a1", 2), ("a4", 3), ("b2", 4)] as [(String, Int64)] {
            try fleet.add(device, left: .days(left))
        }
        #expect(
            try await fleet.load().plan().lines == [
                "a0 hold wave", "a1 issue expiring", "a4 issue expiring", "b2 hold rate",
            ])
        #expect(try await fleet.run(limit: 1).lines == ["a0 held", "a1 issued", "a4 held", "b2 held"])
    }

    @Test("What a revocation replaces is in no wave: it waits for nobody and nobody waits for it")
    func revocation() async throws {
        let fleet = try TestFleet(
            policies: policyFile(
                [PolicyText(rekey: "allowed", rollout: "{ waves: [50%, 100%] }")],
                revoking: [RevocationText(match: "{ device: [a1, a2] }", reason: "superseded")]),
            limits: "{ revoke: 100% }")
        for device in ["a1", "a0", "a2"] { try fleet.add(device) }
        #expect(
            Set(try await fleet.load().plan().lines) == ["a0 issue expiring", "a1 issue revoked", "a2 issue revoked"])
        try await fleet.run()
        try fleet.add("a3")
        #expect(try await fleet.load().plan().lines == ["a3 issue expiring"])
    }
}
