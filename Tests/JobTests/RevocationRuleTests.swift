import Fleet
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Intake
@testable import Job
@testable import Planning

@Suite("Revocations in policy files")
struct RevocationRuleTests {
    private let now = TestFleet.now

    /// `stolen` is of the lot that the rule names, `safe` is not. None is due by itself.
    private func fleet(_ rule: RevocationText, limits: String = "{ revoke: 100% }") throws -> TestFleet {
        let fleet = try TestFleet(policies: policyFile(revoking: [rule]), limits: limits)
        try fleet.add("stolen", left: .days(80), labels: ["lot": "2211"])
        try fleet.add("safe", left: .days(80))
        return try fleet.load()
    }

    @Test("revoke-now takes the certificate at once, and the device gets no other")
    func revokeNow() async throws {
        let fleet = try fleet(RevocationText(mode: "revoke-now"))
        try fleet.handIn("stolen")
        let plan = try await fleet.plan()
        #expect(plan.lines == ["stolen revoke revoked"])
        #expect(plan.decisions[0].policy?.name == "stolen-lot" && plan.decisions[0].policy?.line ?? 0 > 0)
        #expect(plan.revocations.map(\.matched) == [1] && plan.revocations.map(\.due) == [1])
        #expect(try await fleet.run().lines == ["stolen revoked"])
        #expect(try fleet.statuses("stolen") == ["REVOKED"])
        #expect(try fleet.statuses("safe") == ["ACTIVE"])
        #expect(try await fleet.run(at: now + .days(60)).lines == ["safe requested"])
        #expect(try fleet.statuses("stolen") == ["REVOKED"])
    }

    @Test("replace-then-revoke replaces first, and revokes when the new certificate is confirmed, without an overlap")
    func replaceThenRevoke() async throws {
        let fleet = try fleet(RevocationText())
        #expect(try await fleet.plan().lines == ["stolen request-csr revoked"])
        #expect(try await fleet.run().lines == ["stolen requested"])
        #expect(try fleet.manifest("stolen").reason == "revoked")
        #expect(try await fleet.run(at: now + .hours(1)).lines == [])
        let key = try fleet.handIn("stolen")
        #expect(try await fleet.run(at: now + .hours(2)).lines == ["stolen issued"])
        #expect(try fleet.statuses("stolen") == ["ACTIVE", "PENDING_ACTIVATION"])
        // While the device has not answered there is no row, and the outlook says that one waits.
        let waiting = try await fleet.plan(at: now + .hours(2))
        #expect(
            waiting.lines == [] && waiting.revocations.map(\.waiting) == [1] && waiting.revocations.map(\.due) == [0])
        try fleet.confirm("stolen", key, at: now + .hours(3))
        #expect(try await fleet.plan(at: now + .hours(3)).lines == ["stolen revoke confirmed"])
        #expect(try await fleet.run(at: now + .hours(3)).lines == ["stolen revoked"])
        #expect(try fleet.statuses("stolen") == ["REVOKED", "ACTIVE"])
        #expect(try fleet.rotations("stolen") == ["completed"])
        #expect(try fleet.manifest("stolen").action == "none")
        // The rule still stands, and still names the device: its replacement is what the fleet goes on with.
        for days in [1, 30] as [Int64] { #expect(try await fleet.run(at: now + .days(days)).lines == []) }
        #expect(try await fleet.run(at: now + .days(65)).lines.contains("stolen requested"))
        #expect(try fleet.statuses("stolen") == ["REVOKED", "ACTIVE"])
    }

    @Test("At the deadline the certificate goes although no replacement was confirmed")
    func deadline() async throws {
        let fleet = try fleet(RevocationText(deadline: "72h"))
        let key = try fleet.handIn("stolen")
        #expect(try await fleet.run().lines == ["stolen issued"])
        let deadline = now + .hours(72)
        #expect(try await fleet.run(at: deadline - TimeSpan(seconds: 1)).lines == [])
        #expect(try await fleet.plan(at: deadline).lines == ["stolen revoke deadline"])
        #expect(try await fleet.run(at: deadline).lines == ["stolen revoked"])
        #expect(try fleet.statuses("stolen") == ["REVOKED", "PENDING_ACTIVATION"])
        // It may still come back with what it was handed.
        try fleet.confirm("stolen", key, at: deadline + .days(1))
        #expect(try await fleet.run(at: deadline + .days(1)).intake.confirmed == 1)
        #expect(try fleet.statuses("stolen") == ["REVOKED", "ACTIVE"])
        #expect(try fleet.rotations("stolen") == ["completed"])
        #expect(try fleet.manifest("stolen").action == "none")
    }

    @Test("A device that was only asked for a CSR by the deadline has nothing left to do")
    func deadlineWithoutRequest() async throws {
        let fleet = try fleet(RevocationText(deadline: "72h"))
        try await fleet.run()
        #expect(try await fleet.run(at: now + .hours(72)).lines == ["stolen revoked"])
        #expect(try fleet.rotations("stolen") == ["cancelled"])
        #expect(try fleet.manifest("stolen").action == "none")
        try fleet.handIn("stolen")
        let late = try await fleet.run(at: now + .hours(73))
        #expect(late.intake.rejected.map(\.code) == ["no-active-certificate"] && late.lines == [])
    }

    @Test("A rotation that was under way for another reason is taken over, and told to the device")
    func takesOver() async throws {
        let fleet = try TestFleet(policies: policyFile(), limits: "{ revoke: 100% }")
        try fleet.add("stolen", labels: ["lot": "2211"])
        try await fleet.load().run()
        #expect(try fleet.manifest("stolen").reason == "expiring")
        try fleet.setPolicies(policyFile(revoking: [RevocationText()]))
        #expect(try await fleet.run(at: now + .hours(1)).lines == ["stolen requested"])
        #expect(try fleet.manifest("stolen").reason == "revoked" && fleet.rotations("stolen") == ["awaiting-csr"])
        #expect(try await fleet.run(at: now + .hours(2)).lines == [])
        let key = try fleet.handIn("stolen")
        try await fleet.run(at: now + .hours(3))
        try fleet.confirm("stolen", key, at: now + .hours(4))
        #expect(try await fleet.run(at: now + .hours(4)).lines == ["stolen revoked"])
    }

    @Test("Descendants and whatever has the same key go with a key that was stolen, and no further for another reason")
    func descendants() async throws {
        for reason in ["keyCompromise", "superseded"] {
            let fleet = try TestFleet(policies: policyFile(), limits: "{ revoke: 100% }")
            let root = try fleet.add("d1")
            let shared = try fleet.add("twin", left: .days(70), key: fleet.keys["d1"])
            try fleet.load()
            // d1 → renewed with another key → renewed once more.
            var key = try fleet.handIn("d1")
            try await fleet.run()
            try fleet.confirm("d1", key)
            try await fleet.run(at: now + .hours(1))
            try await fleet.run(at: now + .days(8))
            #expect(try fleet.statuses("d1") == ["INACTIVE", "ACTIVE"])
            key = try fleet.handIn("d1")
            try await fleet.run(at: now + .days(61))
            #expect(try fleet.statuses("d1") == ["INACTIVE", "ACTIVE", "PENDING_ACTIVATION"])

            try fleet.setPolicies(
                policyFile(revoking: [
                    RevocationText(
                        match: "{}", certificates: "{ fingerprints: [\(root.fingerprint.hex)] }", reason: reason,
                        mode: "revoke-now")
                ]))
            let plan = try await fleet.plan(at: now + .days(61))
            let outlook = try #require(plan.revocations.first)
            let reaches = plan.decisions.filter { $0.action == .revoke }.compactMap { $0.revocation?.reach }
            try await fleet.run(at: now + .days(61))
            if reason == "keyCompromise" {
                #expect((outlook.matched, outlook.descendants, outlook.sharedKeys) == (1, 2, 1))
                #expect(Set(reaches) == [.descendant, .sharedKey])
                #expect(try fleet.statuses("d1").suffix(2) == ["REVOKED", "REVOKED"])
                #expect(try fleet.statuses("twin") == ["REVOKED"])
                let why = try fleet.story("twin").listing.certificates.first { $0.fingerprint == shared.fingerprint }
                #expect(why?.history?.revocation?.reach == .sharedKey)
            } else {
                #expect((outlook.matched, outlook.descendants, outlook.sharedKeys) == (1, 0, 0))
                #expect(try fleet.statuses("twin") == ["ACTIVE"])
                #expect(try fleet.statuses("d1").suffix(2) == ["ACTIVE", "PENDING_ACTIVATION"])
            }
        }
    }

    @Test("A descendant that no device has confirmed is revoked at once, and the device gets another")
    func pendingDescendant() async throws {
        let fleet = try TestFleet(policies: policyFile(), limits: "{ revoke: 100% }")
        try fleet.add("stolen", labels: ["lot": "2211"])
        try fleet.load().handIn("stolen")
        try await fleet.run()
        try fleet.setPolicies(policyFile(revoking: [RevocationText()]))
        let next = try fleet.handIn("stolen")
        #expect(try await fleet.plan(at: now + .hours(1)).lines == ["stolen issue revoked", "stolen revoke revoked"])
        #expect(try await fleet.run(at: now + .hours(1)).lines == ["stolen issued", "stolen revoked"])
        #expect(try fleet.statuses("stolen") == ["ACTIVE", "REVOKED", "PENDING_ACTIVATION"])
        try fleet.confirm("stolen", next, at: now + .hours(2))
        #expect(try await fleet.run(at: now + .hours(2)).lines == ["stolen revoked"])
        #expect(try fleet.statuses("stolen") == ["REVOKED", "REVOKED", "ACTIVE"])
    }

    @Test("A stolen key is refused for ever: in CSRs, under a policy that lets keys stay, and after the rule is gone")
    func refusedKey() async throws {
        let fleet = try fleet(RevocationText(mode: "revoke-now"))
        let stolen = try #require(fleet.keys["stolen"])
        try await fleet.run()
        for (days, policies) in [(1, policyFile(revoking: [RevocationText(mode: "revoke-now")])), (2, policyFile())]
            as [(Int64, String)]
        {
            try fleet.setPolicies(policies)
            try fleet.handIn("safe", key: stolen)
            let outcome = try await fleet.run(at: now + .days(days))
            #expect(outcome.intake.rejected.map(\.code) == ["revoked-key"])
        }
    }

    @Test("A key that may stay does not, once it was stolen")
    func keyMayNotStay() async throws {
        let fleet = try TestFleet(
            policies: policyFile([PolicyText(rekey: "allowed")], revoking: [RevocationText()]),
            limits: "{ revoke: 100% }")
        try fleet.add("stolen", left: .days(80), labels: ["lot": "2211"])
        #expect(try await fleet.load().plan().lines == ["stolen request-csr revoked"])
        #expect(try await fleet.run().lines == ["stolen requested"])
    }

    @Test("A CSR with a stolen key that waits already is not used, in the dry run and in the run")
    func waitingRequestWithStolenKey() async throws {
        let fleet = try fleet(RevocationText(certificates: "{ issuedBefore: 2030-01-01 }"))
        try fleet.setPolicies(policyFile())
        try fleet.handIn("safe")
        let stolen = try PrivateKey.generate(.ecdsaP256)
        try fleet.handIn("stolen", key: stolen)
        try await fleet.run()
        #expect(try fleet.story("stolen").request != nil)
        let service = RevocationService(fleet.workspace, at: now, actor: "test")
        let receipt = try service.record(
            ManualRevocation(target: .key(stolen.publicKey.fingerprint), reason: .keyCompromise))
        #expect(receipt.outlook.matched == 0)
        #expect(try fleet.story("stolen").request == nil)
        #expect(try fleet.story("stolen").refused?.hasPrefix("revoked-key") == true)
    }

    @Test("A guard stops a run that would revoke too much before it does anything, and says how to go on")
    func guarded() async throws {
        let fleet = try fleet(RevocationText(mode: "revoke-now"), limits: "{ revoke: 5% }")
        try fleet.add("stolen2", left: .days(80), labels: ["lot": "2211"])
        try fleet.load().handIn("safe")
        let plan = try await fleet.plan()
        #expect(plan.guards.count == 1)
        #expect(
            plan.guards[0].fact.contains("2 of 3 active certificates") && plan.guards[0].fact.contains("limits.revoke"))
        let outcome = try await fleet.run()
        #expect(outcome.ending == .guarded && outcome.lines == ["stolen stopped", "stolen2 stopped"])
        #expect(try fleet.statuses("stolen") == ["ACTIVE"])
        #expect(try fleet.waitingFiles == ["safe.csr"])
        #expect(try fleet.inventory().planningSnapshot { try $0.revocationOrders() }.isEmpty)
    }

    @Test(
        "One certificate may always be revoked, however small the fleet, unless the limit is zero",
        arguments: ["5%", "0%"])
    func one(_ limit: String) async throws {
        let fleet = try fleet(RevocationText(mode: "revoke-now"), limits: "{ revoke: \(limit) }")
        #expect(try await fleet.run().ending == (limit == "0%" ? .guarded : .completed))
    }

    @Test("A rule that is taken out is withdrawn, and one that is put back remembers its replacements")
    func withdrawn() async throws {
        let fleet = try fleet(RevocationText())
        let key = try fleet.handIn("stolen")
        try await fleet.run()
        try fleet.confirm("stolen", key)
        try await fleet.run(at: now + .hours(1))
        #expect(try fleet.statuses("stolen") == ["REVOKED", "ACTIVE"])
        try fleet.setPolicies(policyFile())
        try await fleet.run(at: now + .hours(2))
        #expect(try fleet.inventory().planningSnapshot { try $0.revocationOrders() }.isEmpty)
        try fleet.setPolicies(policyFile(revoking: [RevocationText()]))
        #expect(try await fleet.plan(at: now + .hours(3)).lines == [])
        #expect(try await fleet.run(at: now + .hours(3)).lines == [])
        #expect(try fleet.statuses("stolen") == ["REVOKED", "ACTIVE"])
    }

    @Test("Where no policy covers the device nothing can replace the certificate: that is blocked, and loud")
    func uncovered() async throws {
        let fleet = try TestFleet(
            policies: policyFile([PolicyText(match: "{ device: other }")], revoking: [RevocationText(deadline: "1h")]),
            limits: "{ revoke: 100% }")
        try fleet.add("stolen", left: .days(80), labels: ["lot": "2211"])
        let outcome = try await fleet.load().run()
        #expect(outcome.plan.lines == ["stolen blocked uncovered"])
        #expect(outcome.ending == .partial)
        #expect(try await fleet.run(at: now + .hours(1)).lines == ["stolen revoked"])
    }

    @Test("Of two revocations the sooner acts")
    func twoRules() async throws {
        let rules = [
            RevocationText(name: "slow", reason: "superseded"), RevocationText(name: "quick", mode: "revoke-now"),
        ]
        let fleet = try TestFleet(policies: policyFile(revoking: rules), limits: "{ revoke: 100% }")
        try fleet.add("stolen", left: .days(80), labels: ["lot": "2211"])
        #expect(try await fleet.load().plan().decisions.map { $0.revocation?.name } == ["quick"])
        #expect(try await fleet.run().lines == ["stolen revoked"])
    }

    @Test("A certificate beside the current one, which the rule does not name, waits for the device's proof")
    func leftover() async throws {
        let fleet = try TestFleet(policies: policyFile(), limits: "{ revoke: 100% }")
        let old = try fleet.add("d1", left: .days(40))
        try fleet.add("d1", left: .days(80))
        try fleet.load()
        try fleet.setPolicies(
            policyFile(revoking: [
                RevocationText(
                    match: "{}", certificates: "{ fingerprints: [\(old.fingerprint.hex)] }", deadline: "2d")
            ]))
        #expect(try await fleet.run().plan.lines == ["d1 report revoked"])
        #expect(try await fleet.run(at: now + .days(2)).plan.lines == ["d1 revoke deadline"])
        #expect(try fleet.statuses("d1").sorted() == ["ACTIVE", "REVOKED"])
    }
}
