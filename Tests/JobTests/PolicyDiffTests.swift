import Delivery
import Fleet
import RotationModel
import RotationTesting
import System
import Testing

@testable import Job
@testable import Planning

@Suite("What a change of policies does to the fleet")
struct PolicyDiffTests {
    private static let now = TestFleet.now

    private func fleet() throws -> TestFleet {
        let fleet = try TestFleet()
        for (device, left) in [("near", 20), ("middle", 50), ("far", 80)] {
            try fleet.add(device, left: .days(Int64(left)))
        }
        try fleet.add("lab", left: .days(80), labels: ["stage": "lab"])
        return try fleet.load()
    }

    private func compare(_ fleet: TestFleet, _ old: String, _ new: String) async throws -> PolicyDiff {
        try fleet.folder.write("old/policy.yaml", old)
        try fleet.folder.write("new/policy.yaml", new)
        return try await PolicyComparison(fleet.workspace, at: Self.now)
            .compare(old: PolicySource(fleet.folder["old"]), new: PolicySource(fleet.folder["new"]))
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        var old = policyFile()
        let new: String
        /// The kinds that are not zero.
        let counts: [String]
        /// What goes from one action to another.
        var actions: [String] = []
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "nothing but a comment", new: policyFile() + "# nothing\n", counts: []),
        Case(
            name: "earlier renewal", new: policyFile([PolicyText(expiry: "{ renewBefore: 60d }")]),
            counts: ["newly-due 1"], actions: ["- request-csr 1"]),
        Case(
            name: "later renewal", new: policyFile([PolicyText(expiry: "{ renewBefore: 1d }")]),
            counts: ["no-longer-due 1"], actions: ["request-csr - 1"]),
        Case(
            name: "keys that may stay", new: policyFile([PolicyText(rekey: "allowed")]), counts: [],
            actions: ["request-csr issue 1"]),
        Case(
            name: "a narrower match", new: policyFile([PolicyText(match: "{ labels: { stage: lab } }")]),
            counts: ["no-longer-due 1", "now-uncovered 3"], actions: ["- uncovered 2", "request-csr uncovered 1"]),
        Case(
            name: "a wider match", old: policyFile([PolicyText(match: "{ labels: { stage: lab } }")]),
            new: policyFile(),
            counts: ["newly-due 1", "now-covered 3"], actions: ["uncovered - 2", "uncovered request-csr 1"]),
        Case(
            name: "another policy that takes one device over, with another profile",
            new: policyFile(
                [
                    PolicyText(),
                    PolicyText(name: "lab", priority: 20, match: "{ labels: { stage: lab } }", profile: "lab"),
                ],
                [ProfileText(), ProfileText(name: "lab")]),
            counts: ["changed-policy 1", "changed-profile 1"]),
        Case(
            name: "a profile of the same name that says something else",
            new: policyFile([PolicyText()], [ProfileText(validity: "120d")]), counts: ["changed-profile 4"]),
        Case(
            name: "a renamed policy", new: policyFile([PolicyText(name: "renamed")]), counts: ["changed-policy 4"]),
        Case(
            name: "a revocation at once",
            new: policyFile(revoking: [RevocationText(match: "{ device: [far] }", mode: "revoke-now")]),
            counts: ["revoked 1"], actions: ["- revoke 1"]),
        Case(
            name: "a revocation that replaces first",
            new: policyFile(revoking: [RevocationText(match: "{ device: [far, near] }")]),
            counts: ["newly-due 1", "revoked 2"], actions: ["- request-csr 1"]),
        Case(
            name: "names that cannot be made",
            new: policyFile([PolicyText()], [ProfileText(subject: "CN={label:lot},O=Example Devices")]),
            counts: ["blocked 1", "changed-profile 4"], actions: ["request-csr blocked 1"]),
    ]

    @Test("Each kind of change is counted as what it is", arguments: cases)
    func kinds(_ change: Case) async throws {
        let diff = try await compare(try fleet(), change.old, change.new)
        #expect(diff.counts.filter { $0.count > 0 }.map { "\($0.kind.rawValue) \($0.count)" } == change.counts)
        #expect(
            diff.actions.map { "\($0.from?.rawValue ?? "-") \($0.to?.rawValue ?? "-") \($0.count)" }.sorted()
                == change.actions)
        #expect(diff.deviceCount == 4)
    }

    @Test("The same files differ in nothing, and the other way round everything that began ends")
    func directions() async throws {
        let fleet = try fleet()
        #expect(try await compare(fleet, policyFile(), policyFile()).isEmpty)
        let wide = policyFile(revoking: [RevocationText(match: "{ device: [far] }")])
        let back = try await compare(fleet, wide, policyFile())
        #expect(
            back.counts.filter { $0.count > 0 }.map(\.kind) == [.noLongerDue, .noLongerRevoked])
    }

    @Test("A profile's edit is told key by key")
    func profileEdit() async throws {
        let diff = try await compare(
            try fleet(), policyFile(), policyFile([PolicyText()], [ProfileText(validity: "120d", keys: "[ecdsa-p384]")])
        )
        let edit = try #require(diff.profileEdits.first)
        #expect(edit.name == "client" && edit.devices == 4)
        #expect(
            edit.lines.map { "\($0.key): \($0.old) to \($0.new)" } == [
                "validity: 90d to 120d", "keys: ecdsa-p256, ecdsa-p384, rsa-2048+ to ecdsa-p384",
            ])
    }

    @Test("Each side is exactly what the planner of a run decides under it")
    func samePlanner() async throws {
        let fleet = try fleet()
        try fleet.handIn("near")
        let new = policyFile([PolicyText(expiry: "{ renewBefore: 60d }", rekey: "allowed")])
        let diff = try await compare(fleet, policyFile(), new)
        let before = try await fleet.plan()
        try fleet.setPolicies(new)
        let after = try await fleet.plan()
        #expect(diff.old.summary.map(\.count) == before.summary.map(\.count))
        #expect(diff.new.summary.map(\.count) == after.summary.map(\.count))
        #expect(diff.rows.compactMap(\.new).map { "\($0.device) \($0.action.name)" } == ["middle issue"])
    }

    @Test("A side that is ambiguous, has mistakes, or is not there says which it is")
    func errors() async throws {
        let fleet = try fleet()
        let twice = policyFile([
            PolicyText(match: "{ device: \"*a*\" }"), PolicyText(name: "b", match: "{ device: \"f*\" }"),
        ])
        do {
            _ = try await compare(fleet, policyFile(), twice)
            Issue.record("two policies claim one device")
        } catch let error as RotationError {
            #expect(error.code == .badInput && error.message.contains("/new: policies"))
        }
        await #expect(throws: PolicyMistakes.self) {
            try await compare(fleet, "version: 1\npolicy: []\n", policyFile())
        }
        for text in ["nowhere", "-x:policies", ":policies", "HEAD"] {
            #expect(throws: RotationError.self, "\(text)") { try PolicySource(text) }
        }
        #expect(try PolicySource("HEAD~1:policies") == .revision("HEAD~1:policies"))
        try Files.makeFolder(fleet.folder["empty"], mode: 0o755)
        #expect(throws: RotationError.self) { try PolicySource(fleet.folder["empty"]).files() }
    }
}
