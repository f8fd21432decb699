import Fleet
import RotationModel
import RotationTesting
import Testing

@testable import Job
@testable import Planning

@Suite("Windows and freezes hold back what is due")
struct ScheduleHoldTests {
    // 2026-12-01 is a Tuesday.
    private static let tuesdays = "windows: [{ days: Tue, from: \"01:00\", to: \"05:00\" }]"
    private static let freeze = "freezes: [{ from: 2026-11-30, until: 2026-12-02, why: audit week }]"

    private func fleet(_ rollout: String, rekey: String = "allowed") throws -> TestFleet {
        try TestFleet(policies: policyFile([PolicyText(rekey: rekey, rollout: "{ \(rollout) }")]))
    }

    @Test("Outside its windows a policy issues nothing and asks for nothing, and the plan says until when")
    func window() async throws {
        let policies = [
            PolicyText(name: "keeps", match: "{ device: k }", rekey: "allowed", rollout: "{ \(Self.tuesdays) }"),
            PolicyText(name: "asks", match: "{ device: a }", rollout: "{ \(Self.tuesdays) }"),
            PolicyText(name: "any-time", match: "{ device: t }", rekey: "allowed"),
        ]
        let fleet = try TestFleet(policies: policyFile(policies))
        for device in ["k", "a", "t"] { try fleet.add(device) }
        let plan = try await fleet.load().plan()
        #expect(plan.lines == ["a hold window", "k hold window", "t issue expiring"])
        let held = try #require(plan.decision("k"))
        #expect(held.hold?.until == "2026-12-01T01:00:00Z" && !(held.hold?.expiresBeforeOpening ?? true))
        #expect(held.reason.text.contains("Tue 01:00-05:00 UTC") && held.reason.text.contains("2026-12-01T01:00:00Z"))
        #expect(held.further.map(\.code) == [.expiring])
        #expect(
            plan.held == [
                HeldGroup(policy: "asks", code: .window, until: "2026-12-01T01:00:00Z", count: 1, expiring: 0),
                HeldGroup(policy: "keeps", code: .window, until: "2026-12-01T01:00:00Z", count: 1, expiring: 0),
            ])
        let outcome = try await fleet.run()
        #expect(outcome.lines == ["a held", "k held", "t issued"] && outcome.ending == .completed)
        #expect(!fleet.hasManifest("a") && !fleet.hasManifest("k"))
        #expect(try await fleet.run(at: "2026-12-01T01:00:00Z").lines == ["a requested", "k issued"])
        // The CSR comes when the window is closed: the rotation goes on in the next one.
        try fleet.handIn("a")
        #expect(try await fleet.run(at: "2026-12-01T05:00:00Z").lines == ["a held"])
        #expect(try await fleet.plan(at: "2026-12-01T05:00:00Z").decision("a")?.hold?.until == "2026-12-08T01:00:00Z")
        #expect(try await fleet.run(at: "2026-12-08T01:00:00Z").lines == ["a issued"])
    }

    @Test("A freeze holds too, in its windows as well, until the first window after it")
    func freeze() async throws {
        let fleet = try fleet("\(Self.tuesdays), \(Self.freeze)")
        try fleet.add("d1")
        let held = try #require(try await fleet.load().plan(at: "2026-12-01T02:00:00Z").decision("d1"))
        #expect(
            held.reason.code == .freeze && held.hold?.until == "2026-12-08T01:00:00Z"
                && !(held.hold?.expiresBeforeOpening ?? true))
        #expect(held.reason.text.contains("2026-11-30 until 2026-12-02 (audit week)"))
        #expect(try await fleet.run(at: "2026-12-03T02:00:00Z").lines == ["d1 held"])
        #expect(try await fleet.run(at: "2026-12-08T01:00:00Z").lines == ["d1 issued"])
    }

    @Test("What expires before the next opening is held, loudly: the row, the count, the status, the run's ending")
    func expiring() async throws {
        let fleet = try fleet(Self.freeze)
        try fleet.add("gone", left: .days(-1))
        try fleet.add("soon", left: .days(1))
        try fleet.add("late", left: .days(9))
        let plan = try await fleet.load().plan()
        #expect(plan.lines == ["gone hold freeze", "soon hold freeze", "late hold freeze"])
        #expect(plan.decisions.map { $0.hold?.expiresBeforeOpening ?? false } == [true, true, false])
        #expect(plan.decisions.map { $0.hold?.until } == Array(repeating: "2026-12-03T00:00:00Z", count: 3))
        #expect(plan.expiringBeforeOpening == 2 && plan.held.map(\.expiring) == [2])
        #expect(plan.decision("gone")?.reason.text.contains("has expired already") == true)

        let outcome = try await fleet.run()
        #expect(outcome.lines == ["gone held", "soon held", "late held"])
        #expect(outcome.ending == .partial)
        let attention = try await FleetStatus.read(fleet.workspace, at: TestFleet.now).attention
        #expect(attention.count == 1 && attention[0].contains("2 held by windows or freezes"))
    }

    @Test("A certificate that ends a second before the opening counts, one that ends with it does not")
    func edge() async throws {
        let fleet = try fleet("windows: [{ days: Sun, from: \"00:00\", to: \"04:00\" }]")
        try fleet.add("before", left: TimeSpan(seconds: 5 * 86_400 - 1))
        try fleet.add("with", left: .days(5))
        let plan = try await fleet.load().plan()
        #expect(plan.decisions.map { $0.hold?.until } == ["2026-12-06T00:00:00Z", "2026-12-06T00:00:00Z"])
        #expect(plan.decisions.filter { $0.hold?.expiresBeforeOpening ?? false }.map(\.device.text) == ["before"])
        #expect(plan.decision("before")?.reason.text.contains("expires before that (2026-12-05T23:59:59Z)") == true)
    }

    @Test("With onNoWindow: replace what expires before the next opening goes now, and says why; the rest waits")
    func replace() async throws {
        let policies = [
            PolicyText(
                name: "keeps", match: "{ device: \"k*\" }", rekey: "allowed",
                rollout: "{ windows: [{ days: Sun, from: \"00:00\", to: \"04:00\" }], onNoWindow: replace }"),
            PolicyText(name: "asks", match: "{ device: \"a*\" }", rollout: "{ \(Self.freeze), onNoWindow: replace }"),
        ]
        let fleet = try TestFleet(policies: policyFile(policies))
        try fleet.add("k-gone", left: .days(-1))
        try fleet.add("k-soon", left: .days(4))
        try fleet.add("k-late", left: .days(9))
        try fleet.add("a-soon", left: .days(1))
        try fleet.add("a-late", left: .days(9))
        let plan = try await fleet.load().plan()
        #expect(
            plan.lines == [
                "k-gone issue expired", "a-soon request-csr expiring", "k-soon issue expiring", "a-late hold freeze",
                "k-late hold window",
            ])
        #expect(plan.decision("k-soon")?.reason.text.contains("(onNoWindow: replace)") == true)
        #expect(plan.expiringBeforeOpening == 0)
        #expect(try await fleet.run().ending == .completed)
    }

    @Test("What a revocation wants is held by nothing, and neither is what it revokes, or what is retired")
    func revocation() async throws {
        let rollout = "{ waves: [1%, 100%], windows: [{ days: Sun, from: \"00:00\", to: \"04:00\" }], \(Self.freeze) }"
        let fleet = try TestFleet(
            policies: policyFile(
                [PolicyText(compliance: "{ superseded: retire }", rekey: "allowed", rollout: rollout)],
                revoking: [
                    RevocationText(match: "{ device: \"s*\" }", reason: "superseded"),
                    RevocationText(name: "now", match: "{ device: n }", mode: "revoke-now"),
                ]), limits: "{ revoke: 100% }")
        try fleet.add("s1", left: .days(80))
        try fleet.add("n", left: .days(80))
        try fleet.add("due")
        try fleet.add("two", left: .days(70))
        try fleet.add("two", left: .days(80))
        let plan = try await fleet.load().plan()
        #expect(
            Set(plan.lines) == [
                "s1 issue revoked", "n revoke revoked", "due hold freeze", "two retire superseded",
            ])
        #expect(try await fleet.run().count(.held) == 1)
    }
}
