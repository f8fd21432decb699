import Fleet
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Intake
@testable import Job
@testable import Planning

@Suite("A plan, held against what the run then did")
struct PlanAndRunTests {
    /// Every way a row can come about, several times, and an inbox with good and bad CSRs.
    private func mixedFleet(seed: UInt64) throws -> TestFleet {
        let policies = [
            PolicyText(
                name: "field", match: "{ labels: { stage: field } }",
                compliance: "{ key: replace, signature: report, sharedKey: replace, superseded: retire }",
                rollout: "{ batch: 3, perRun: 4 }"),
            PolicyText(
                name: "lab", priority: 5, match: "{ labels: { stage: lab } }",
                compliance: "{ superseded: report }", rekey: "allowed"),
        ]
        let fleet = try TestFleet(policies: policyFile(policies, [ProfileText(keys: "[ecdsa-p256, ecdsa-p384]")]))
        var random = SeededGenerator(seed: seed)
        for number in 0..<40 {
            let device = "d\(number)"
            let stage = random.pick([("field", 6.0), ("lab", 3), ("nowhere", 1)])
            let left = TimeSpan.days(random.pick([(Int64(-2), 1.0), (3, 2), (20, 3), (60, 4)]))
            let algorithm: KeyAlgorithm = random.pick([(.ecdsaP256, 6.0), (.ecdsaP384, 2), (.ecdsaP521, 1)])
            let isShared = number % 11 == 10
            let signature: SignatureAlgorithm? = number % 7 == 3 ? .ecdsaWithSHA384 : nil
            try fleet.add(
                device, left: left, key: isShared ? fleet.keys["d\(number - 1)"] : nil, algorithm: algorithm,
                labels: ["stage": stage], signature: signature)
            if number % 9 == 4 { try fleet.add(device, left: left + .days(-1), labels: ["stage": stage]) }
            switch random.pick([("good", 4.0), ("bad", 1), ("same", 1), ("none", 4)]) {
            case "good": try fleet.handIn(device)
            case "bad": try fleet.put("\(device).csr", Array("junk".utf8))
            case "same": try fleet.handIn(device, key: fleet.keys[device])
            default: break
            }
        }
        try fleet.put("nobody.csr", Array("junk".utf8))
        return try fleet.load()
    }

    /// What becomes of a row that was planned.
    private func expected(_ action: Action) -> RowResult.Status {
        switch action {
        case .issue: .issued
        case .requestCSR: .requested
        case .retire: .retired
        case .hold: .held
        case .blocked: .blocked
        case .report: .reported
        case .uncovered: .uncovered
        case .revoke: .skipped
        }
    }

    @Test("The run does the plan's rows, in their order, for the same reasons", arguments: [1, 2, 3] as [UInt64])
    func sameRows(_ seed: UInt64) async throws {
        let fleet = try mixedFleet(seed: seed)
        let plan = try await fleet.plan()
        #expect(try await fleet.plan().lines == plan.lines)
        let outcome = try await fleet.run()
        #expect(outcome.plan.lines == plan.lines)
        for (planned, done) in zip(plan.decisions, outcome.plan.decisions) {
            #expect(planned.fingerprint == done.fingerprint)
            #expect(planned.reason == done.reason && planned.further == done.further)
            #expect(planned.policy == done.policy)
            #expect(planned.action == done.action)
        }
        #expect(outcome.results.map(\.status) == plan.decisions.map { expected($0.action) })
        #expect(plan.policies == outcome.plan.policies)
        #expect((plan.deviceCount, plan.certificateCount) == (outcome.plan.deviceCount, outcome.plan.certificateCount))
        let inbox = try #require(plan.inbox)
        #expect(inbox.usable == outcome.intake.taken)
        #expect(
            inbox.refused.map { "\($0.file) \($0.code)" } == outcome.intake.rejected.map { "\($0.file) \($0.code)" })
        // The fleet is mixed indeed.
        for action in [ActionName.issue, .requestCSR, .report, .uncovered] { #expect(plan.count(action) > 0) }
    }

    @Test("A second run has only left what the first one held back, and then nothing", arguments: [1, 2] as [UInt64])
    func convergence(_ seed: UInt64) async throws {
        let fleet = try mixedFleet(seed: seed)
        let first = try await fleet.run()
        var held = first.count(.held)
        while held > 0 {
            let planned = try await fleet.plan().lines
            let next = try await fleet.run()
            #expect(next.plan.lines == planned)
            #expect(next.count(.issued) == min(4, held))
            #expect(next.count(.requested) == 0 && next.count(.retired) == 0)
            held -= next.count(.issued)
            #expect(next.count(.held) == held)
        }
        let last = try await fleet.run()
        #expect(!last.plan.hasChanges)
        #expect(last.count(.held) == 0)
    }

    @Test("A dry run changes nothing: not the inventory, not the inbox, not the tree")
    func dryRunIsDry() async throws {
        let fleet = try mixedFleet(seed: 4)
        let files = try fleet.waitingFiles
        var entries = 0
        try fleet.inventory().audit { _ in entries += 1 }
        _ = try await fleet.plan()
        #expect(try fleet.waitingFiles == files)
        #expect(try fleet.inventory().recentRuns(limit: 1) == [])
        try fleet.inventory().audit { _ in entries -= 1 }
        #expect(entries == 0)
        #expect(!fleet.hasManifest("d0") && !fleet.hasManifest("d1"))
    }

    @Test("The summary counts every action, and only changes count as changes")
    func summary() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText(compliance: "{ signature: report }")]))
        try fleet.add("d1", left: .days(60), signature: .ecdsaWithSHA512)
        let reported = try await fleet.load().plan()
        #expect(!reported.hasChanges)
        #expect(reported.summary.map(\.action) == ActionName.allCases)
        #expect(reported.summary.filter { $0.count > 0 }.map { "\($0.action) \($0.count)" } == ["report 1"])
        try fleet.add("d2")
        #expect(try await fleet.load().plan().hasChanges)
    }

    @Test("Any edit of any policy file makes another edition")
    func edition() async throws {
        let fleet = try TestFleet()
        let first = try await fleet.plan().policies
        #expect(first.files == 1)
        #expect(first.digest.hasPrefix("sha256:") && first.digest.count == 71)
        #expect(try await fleet.plan().policies == first)
        try fleet.setPolicies(policyFile() + "# more\n")
        let second = try await fleet.plan().policies
        #expect(second.digest != first.digest)
        try fleet.folder.write("policies/empty.yaml", "version: 1\npolicies: []\n")
        let third = try await fleet.plan().policies
        #expect(third.files == 2 && third.digest != second.digest)
    }
}
