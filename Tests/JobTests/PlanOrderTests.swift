import Delivery
import Fleet
import PKI
import RotationModel
import RotationTesting
import System
import Testing

@testable import Job
@testable import Planning

@Suite("What goes first, and what is held back")
struct PlanOrderTests {
    /// Five devices whose keys may stay, the most urgent last by name.
    private func fleet(rollout: String = "{ batch: 2 }", limits: String = "{ issue: 100 }") throws -> TestFleet {
        let policy = PolicyText(rekey: "allowed", rollout: rollout)
        let fleet = try TestFleet(policies: policyFile([policy]), limits: limits)
        for (name, days) in [("a", 9), ("b", 7), ("c", 5), ("d", 3), ("e", 1)] {
            try fleet.add(name, left: .days(Int64(days)))
        }
        return try fleet.load()
    }

    @Test("What expires first goes first, and device ids settle what is left")
    func order() async throws {
        let fleet = try fleet()
        try fleet.add("Z", left: .days(5))
        try fleet.add("é", left: .days(5))
        try fleet.load()
        #expect(try await fleet.plan().decisions.map(\.device.text) == ["e", "d", "Z", "c", "é", "b", "a"])
    }

    @Test("perRun holds back the least urgent, says so, and the next run goes on")
    func perRun() async throws {
        let fleet = try fleet(rollout: "{ perRun: 2 }")
        let plan = try await fleet.plan()
        #expect(
            plan.lines == [
                "e issue expiring", "d issue expiring", "c hold rate", "b hold rate", "a hold rate",
            ])
        let held = try #require(plan.decision("c"))
        #expect(held.reason.text.contains("sensors") && held.reason.text.contains("at most 2"))
        #expect(held.further.map(\.code) == [.expiring])
        #expect(try await fleet.run().lines == ["e issued", "d issued", "c held", "b held", "a held"])
        #expect(try await fleet.run().lines == ["c issued", "b issued", "a held"])
        #expect(try await fleet.run().lines == ["a issued"])
        #expect(try await fleet.run().lines == [])
    }

    @Test("perRun counts for each policy by itself, and asks nobody to wait for a CSR")
    func perRunByPolicy() async throws {
        let policies = [
            PolicyText(name: "ab", match: "{ device: [a, b] }", rekey: "allowed", rollout: "{ perRun: 1 }"),
            PolicyText(name: "cd", match: "{ device: [c, d] }", rekey: "allowed", rollout: "{ perRun: 1 }"),
            PolicyText(name: "e", match: "{ device: e }", rollout: "{ perRun: 1 }"),
        ]
        let fleet = try fleet()
        try fleet.setPolicies(policyFile(policies))
        #expect(
            try await fleet.plan().lines == [
                "e request-csr expiring", "d issue expiring", "c hold rate", "b issue expiring", "a hold rate",
            ])
    }

    @Test("--limit holds back the least urgent across policies, in a sentence of its own", arguments: [0, 1, 3, 5, 9])
    func limit(_ limit: Int) async throws {
        let fleet = try fleet()
        let outcome = try await fleet.run(limit: limit)
        let issued = min(limit, 5)
        #expect(outcome.plan.decisions.map(\.device.text) == ["e", "d", "c", "b", "a"])
        #expect(
            outcome.results.map(\.status.rawValue)
                == Array(repeating: "issued", count: issued) + Array(repeating: "held", count: 5 - issued))
        let held = outcome.plan.decisions.dropFirst(issued)
        #expect(held.allSatisfy { $0.reason.code == .rate && $0.reason.text.contains("--limit") })
        #expect(outcome.ending == .completed)
    }

    @Test("A guard stops the run before it does anything, and says how to go on")
    func guardStops() async throws {
        let fleet = try fleet(limits: "{ issue: 4 }")
        try fleet.add("asked", left: .days(2), algorithm: .rsa(bits: 1024))
        try fleet.load()
        let plan = try await fleet.plan()
        #expect(plan.guards.count == 1)
        #expect(plan.guards[0].fact.contains("5 certificates") && plan.guards[0].advice.contains("run --limit 4"))
        try fleet.put("zz.csr", Array("junk".utf8))
        let outcome = try await fleet.run()
        #expect(outcome.ending == .guarded)
        #expect(outcome.results.allSatisfy { $0.status == .stopped } && outcome.results.count == 6)
        for device in ["a", "e", "asked"] {
            #expect(!fleet.hasManifest(device))
            #expect(try fleet.story(device).rotations == [])
        }
        #expect(try fleet.inventory().recentRuns(limit: 1).first?.outcome == "guarded")
        #expect(try fleet.waitingFiles == ["zz.csr"], "not even the inbox is touched")
        #expect(!Files.exists(fleet.folder["delivery/keys.json"]))
    }

    @Test("A run with a limit under the guard goes through")
    func guardAndLimit() async throws {
        let fleet = try fleet(limits: "{ issue: 4 }")
        let outcome = try await fleet.run(limit: 4)
        #expect(outcome.ending == .completed)
        #expect(outcome.count(.issued) == 4)
        // Exactly as many as the guard allows are no offence.
        #expect(try await fleet.plan().guards == [])
    }

    @Test("Two policies of equal priority on one device are an error that names both, and nothing is done")
    func ambiguous() async throws {
        let policies = [
            PolicyText(name: "by-id", match: "{ device: \"a*\" }"),
            PolicyText(name: "by-label", match: "{ labels: { product: pump } }"),
            PolicyText(name: "rest", priority: 1, match: "{}"),
        ]
        let fleet = try TestFleet(policies: policyFile(policies))
        try fleet.add("a1", labels: ["product": "pump"])
        try fleet.add("b1", labels: ["product": "pump"])
        try fleet.load()
        for attempt in ["plan", "run"] {
            let error = try await #require(throws: RotationError.self) {
                if attempt == "plan" { _ = try await fleet.plan() } else { try await fleet.run() }
            }
            #expect(error.code == .badInput)
            for part in ["`by-id` (policies/policy.yaml:3)", "`by-label` (policies/policy.yaml:", "a1"] {
                #expect(error.message.contains(part))
            }
            #expect(!error.message.contains("b1") && !error.message.contains("rest"))
        }
        #expect(!fleet.hasManifest("a1") && !fleet.hasManifest("b1"))
        #expect(try fleet.inventory().recentRuns(limit: 1).first?.outcome == "failed")
        // The higher priority settles it.
        try fleet.setPolicies(policyFile([policies[0], PolicyText(name: "by-label", priority: 11, match: "{}")]))
        #expect(try await fleet.plan().decision("a1")?.policy?.name == "by-label")
    }

    @Test("What no policy covers is told and never touched")
    func uncovered() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText(match: "{ labels: { stage: field } }")]))
        try fleet.add("lab", left: .days(-1), labels: ["stage": "lab"])
        try fleet.add("field", labels: ["stage": "field"])
        let outcome = try await fleet.load().run()
        #expect(outcome.lines == ["lab uncovered", "field requested"])
        #expect(!fleet.hasManifest("lab"))
        #expect(outcome.ending == .completed)
    }
}
