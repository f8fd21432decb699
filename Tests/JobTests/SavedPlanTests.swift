import Fleet
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Job
@testable import Planning

@Suite("A saved plan, carried out as it stands or not at all")
struct SavedPlanTests {
    private static let now = TestFleet.now
    private static let later = TestFleet.now + .hours(3)

    /// Something to do of every kind that a plan can tell: due with a CSR and without, confirmed, left over, not covered.
    private func fleet(limits: String = "{ issue: 100000 }", overlap: String = "7d") async throws -> TestFleet {
        let policy = PolicyText(
            match: "{ notLabels: { stage: lab } }", expiry: "{ renewBefore: 30d, overlap: \(overlap) }",
            compliance: "{ superseded: retire }")
        let fleet = try TestFleet(policies: policyFile([policy]), limits: limits)
        for device in ["ready", "silent", "confirms", "fresh"] {
            try fleet.add(device, left: .days(device == "fresh" ? 80 : 10))
        }
        try fleet.add("alone", labels: ["stage": "lab"])
        try fleet.load()
        let key = try fleet.handIn("confirms")
        try await fleet.run(at: Self.now - .days(1), limit: 1)
        try fleet.confirm("confirms", key, at: Self.now - .hours(1))
        try fleet.handIn("ready")
        try fleet.add("leftover", left: .days(80))
        try fleet.add("leftover", left: .days(70))
        return try fleet.load()
    }

    @Test("It is carried out row by row, hours later, though another device is due by then")
    func carriedOut() async throws {
        let fleet = try await fleet()
        let saved = try await fleet.savedPlan()
        let outcome = try await fleet.run(saved, at: Self.later)
        #expect(outcome.plan.decisions.map(SavedPlan.Row.init) == saved.rows)
        #expect(outcome.plan.lines.contains("ready issue expiring"))
        #expect(outcome.result("ready")?.status == .issued)
        #expect(outcome.ending == .completed)
        let issued = try fleet.certificates("ready", .pendingActivation)[0]
        #expect(issued.notAfter == Self.later + .days(90), "certificates start from the run's own now")
        // It cannot be carried out twice.
        await #expect(throws: RotationError.self) { try await fleet.run(saved, at: Self.later) }
    }

    @Test("A confirmation that it counted on ends an overlap of nothing in it, as planned")
    func confirmationWithinPlan() async throws {
        let fleet = try await fleet(overlap: "0d")
        let saved = try await fleet.savedPlan()
        #expect(saved.rows.contains { $0.device == "confirms" && $0.action == "retire" })
        let outcome = try await fleet.run(saved, at: Self.later)
        #expect(outcome.result("confirms")?.status == .retired)
    }

    @Test("What became due since is left for the next run")
    func onlyItsRows() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")]))
        try fleet.add("due", left: .days(10))
        try fleet.add("soon", left: .days(30) + .hours(1))
        try fleet.load()
        let outcome = try await fleet.run(try await fleet.savedPlan(), at: Self.later)
        #expect(outcome.lines == ["due issued"])
        #expect(try await fleet.run(at: Self.later).lines == ["soon issued"])
    }

    /// What happens between saving and running, and what the refusal has to name.
    struct Change: CustomTestStringConvertible, Sendable {
        let name: String
        let says: [String]
        let happen: @Sendable (TestFleet) async throws -> Void
        var testDescription: String { name }
    }

    static let changes: [Change] = [
        Change(name: "a comment in a policy file", says: ["the policy files changed", "rows would come out the same"]) {
            try $0.setPolicies(try $0.policies() + "# reviewed\n")
        },
        Change(
            name: "a policy",
            says: ["the policy files changed", "rows differ", "alone (uncovered, uncovered then, no row now)"]
        ) {
            try $0.setPolicies(policyFile([PolicyText(name: "other", expiry: "{ renewBefore: 1d }")]))
        },
        Change(
            name: "a CSR that came in",
            says: ["the inbox changed", "silent (no row then, issue, expiring, by sensors now)"]
        ) {
            try $0.handIn("silent")
        },
        Change(name: "another CSR than the one that was there", says: ["the inbox changed", "come out the same"]) {
            try $0.handIn("ready")
        },
        Change(name: "an import", says: ["the inventory changed", "new (no row then, request-csr"]) {
            try $0.add("new", left: .days(3))
            try $0.load()
        },
        Change(name: "an import of a device with nothing to do", says: ["the inventory changed", "come out the same"]) {
            try $0.add("new", left: .days(80))
            try $0.load()
        },
        Change(name: "a run", says: ["the inventory and the inbox changed", "ready"]) { try await $0.run() },
        Change(name: "a confirmation that an ordinary run took in", says: ["the inventory and the inbox changed"]) {
            try await $0.run(limit: 0)
        },
        Change(name: "an order to revoke", says: ["the inventory changed", "fresh (no row then, revoke, revoked now)"])
        {
            _ = try RevocationService($0.workspace, at: now, actor: "alice", clock: FixedClock(now))
                .record(ManualRevocation(target: .device("fresh"), reason: .superseded))
        },
        Change(name: "an authority that retires", says: ["the authorities changed"]) {
            try $0.folder.write(
                "rotation.yaml",
                """
                version: 1
                authorities:
                  - { name: fleet-ca-1, certificate: ca.pem, key: { file: ca.key }, retire: 2030-01-01 }
                manifests: { key: { file: manifest.key } }
                """)
        },
    ]

    @Test("It is refused where something that decides changed, and nothing is done", arguments: changes)
    func refused(_ change: Change) async throws {
        let fleet = try await fleet()
        let saved = try await fleet.savedPlan()
        try await change.happen(fleet)
        let reopened = try Workspace(configuredBy: fleet.folder["rotation.yaml"])
        let runs = try fleet.inventory().recentRuns(limit: 100).count
        let error = try #require(
            await fleet.failure {
                try await JobRun(
                    reopened, at: Self.later, reviewed: saved, actor: "test", clock: FixedClock(Self.later)
                )
                .perform()
            })
        #expect(error.code == .badInput)
        for part in change.says { #expect(error.message.contains(part), "\(error.message)") }
        #expect(try fleet.inventory().recentRuns(limit: 100).count == runs, "a refused plan is no run")
        if !change.name.hasSuffix("run") { #expect(try fleet.statuses("ready") == ["ACTIVE"], "nothing was issued") }
    }

    @Test("A plan for a time that has not come is refused")
    func future() async throws {
        let fleet = try await fleet()
        let saved = try await fleet.savedPlan(at: Self.later)
        let error = try #require(await fleet.failure { try await fleet.run(saved, at: Self.now) })
        #expect(error.code == .badInput && error.message.contains("the plan is for 2026-12-01T03:00:00Z"))
    }

    @Test("A guard stops a run and names the way past; the plan that shows the guard goes past it")
    func guards() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")]), limits: "{ issue: 2 }")
        for number in 0..<4 { try fleet.add("d\(number)", left: .days(10)) }
        try fleet.load()
        let stopped = try await fleet.run()
        #expect(stopped.ending == .guarded)
        let broken = try #require(stopped.plan.guards.first)
        let text = broken.description
        #expect(text.contains("rotation-job plan --save reviewed.json"))
        #expect(text.contains("rotation-job run --plan reviewed.json"))

        let saved = try await fleet.savedPlan()
        #expect(saved.guards == [text])
        let outcome = try await fleet.run(saved, at: Self.later)
        #expect(outcome.ending == .completed)
        #expect(outcome.count(.issued) == 4)
        #expect(outcome.plan.guards == [] && outcome.plan.passedGuards == [broken])
        #expect(try fleet.inventory().recentRuns(limit: 1)[0].counts["guards-passed"] == 1)
    }

    @Test("A plan that was reviewed without a guard does not go past one that came since")
    func guardsThatNobodySaw() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")]))
        for number in 0..<4 { try fleet.add("d\(number)", left: .days(10)) }
        try fleet.load()
        let saved = try await fleet.savedPlan()
        let text = String(decoding: try fleet.folder.read("rotation.yaml"), as: UTF8.self)
        try fleet.folder.write("rotation.yaml", text.replacing("issue: 100000", with: "issue: 3"))
        let reopened = try Workspace(configuredBy: fleet.folder["rotation.yaml"])
        let error = try #require(
            await fleet.failure {
                try await JobRun(
                    reopened, at: Self.later, reviewed: saved, actor: "test", clock: FixedClock(Self.later)
                )
                .perform()
            })
        #expect(error.code == .guarded && error.message.contains("limits.issue allows 3"))
        #expect(!fleet.hasManifest("d0"))
    }

    @Test("Its limit is its own")
    func limit() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")]))
        for number in 0..<4 { try fleet.add("d\(number)", left: .days(10)) }
        try fleet.load()
        let saved = try await fleet.savedPlan(limit: 3)
        let outcome = try await fleet.run(saved, at: Self.later)
        #expect(outcome.count(.issued) == 3 && outcome.count(.held) == 1)
    }

    @Test("A review opens no window and ends no freeze: closed by now, the plan is refused, and says until when")
    func closedMeanwhile() async throws {
        let rollout = "{ windows: [{ days: Tue, from: \"00:00\", to: \"02:00\" }] }"
        let fleet = try TestFleet(
            policies: policyFile([
                PolicyText(match: "{ labels: { stage: field } }", rekey: "allowed", rollout: rollout),
                PolicyText(name: "always", priority: 1, rekey: "allowed"),
            ]))
        try fleet.add("d1", left: .days(9), labels: ["stage": "field"])
        try fleet.add("d2", left: .days(10))
        try fleet.load()
        let saved = try await fleet.savedPlan()
        let refusal = try #require(await fleet.failure { try await fleet.run(saved, at: Self.later) })
        #expect(
            refusal.code == .badInput
                && refusal.message.hasPrefix("policy sensors is closed now, and 1 of the plan's rows"))
        #expect(refusal.message.contains("it may go on at 2026-12-08T00:00:00Z"))
        #expect(try fleet.inventory().recentRuns(limit: 1) == [])
        // A week later it is open again.
        let outcome = try await fleet.run(saved, at: Self.now + .days(7))
        #expect(outcome.count(.issued) == 2)
    }

    @Test("The digest of a state tells fields apart that hold the same bytes together")
    func digest() {
        func digest(_ fields: [String?]) -> String {
            var digest = StateDigest()
            for field in fields { digest.add(field) }
            return digest.finish()
        }
        let all = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["abc", nil], [nil, "abc"], []].map(digest)
        #expect(Set(all).count == all.count)
        let long = String(repeating: "x", count: 100_000)
        #expect(digest([long, "a"]) != digest([long, "b"]))
        #expect(digest([long, "a"]) == digest([long, "a"]))
    }
}

extension TestFleet {
    /// What `plan --save` keeps, without the file between.
    fileprivate func savedPlan(at: Timestamp = TestFleet.now, limit: Int? = nil) async throws -> SavedPlan {
        let plan = try await DryRun(workspace, at: at, limit: limit).reviewablePlan()
        return SavedPlan(
            path: "reviewed.json", at: plan.plan.at, limit: plan.limit, digests: plan.digests,
            guards: plan.plan.guards.map(\.description),
            rows: plan.plan.decisions.map(SavedPlan.Row.init))
    }

    fileprivate func run(_ saved: SavedPlan, at: Timestamp) async throws -> RunOutcome {
        try await JobRun(workspace, at: at, reviewed: saved, actor: "test", clock: FixedClock(at)).perform()
    }

    fileprivate func policies() throws -> String {
        String(decoding: try folder.read("policies/policy.yaml"), as: UTF8.self)
    }

    /// What the body throws; nil where it does not.
    fileprivate func failure(_ body: () async throws -> RunOutcome) async -> RotationError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? RotationError
        }
    }
}
