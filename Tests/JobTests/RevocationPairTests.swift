import Fleet
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Job
@testable import Planning

@Suite("Two revocations that reach one certificate")
struct RevocationPairTests {
    private static let now = TestFleet.now

    struct Rule: Sendable {
        let mode: String
        let deadline: Int64?
        let reason: RevocationReason

        static func now(_ reason: RevocationReason) -> Rule { Rule(mode: "revoke-now", deadline: nil, reason: reason) }
        static func first(_ reason: RevocationReason, hours: Int64? = nil) -> Rule {
            Rule(mode: "replace-then-revoke", deadline: hours, reason: reason)
        }
    }

    struct Pair: Sendable, CustomTestStringConvertible {
        let one, other: Rule
        /// After how many hours the certificate goes without a confirmation; nil for never.
        let goes: Int64?
        let reason: RevocationReason

        init(_ one: Rule, _ other: Rule, goes: Int64?, for reason: RevocationReason) {
            (self.one, self.other, self.goes, self.reason) = (one, other, goes, reason)
        }

        var testDescription: String { "\(one) and \(other)" }
    }

    private static let pairs = [
        Pair(.first(.superseded, hours: 72), .first(.superseded), goes: 72, for: .superseded),
        Pair(.first(.superseded, hours: 72), .first(.superseded, hours: 24), goes: 24, for: .superseded),
        Pair(.first(.keyCompromise, hours: 72), .first(.superseded, hours: 24), goes: 24, for: .keyCompromise),
        Pair(.first(.keyCompromise), .first(.superseded, hours: 24), goes: 24, for: .keyCompromise),
        Pair(.first(.keyCompromise, hours: 24), .first(.superseded, hours: 72), goes: 24, for: .keyCompromise),
        Pair(.first(.keyCompromise, hours: 24), .now(.superseded), goes: 0, for: .keyCompromise),
        Pair(.now(.keyCompromise), .first(.superseded, hours: 24), goes: 0, for: .keyCompromise),
        Pair(.now(.unspecified), .now(.privilegeWithdrawn), goes: 0, for: .privilegeWithdrawn),
        Pair(.first(.cessationOfOperation), .first(.affiliationChanged, hours: 1), goes: 1, for: .affiliationChanged),
        Pair(.first(.cACompromise), .first(.aACompromise), goes: nil, for: .cACompromise),
    ]

    private static func text(_ name: String, _ rule: Rule) -> RevocationText {
        RevocationText(
            name: name, reason: rule.reason.rawValue, mode: rule.mode, deadline: rule.deadline.map { "\($0)h" } ?? "")
    }

    @Test(
        "The sooner says when it goes and the graver why, whichever is named first", arguments: pairs, [false, true])
    func rules(_ pair: Pair, isSwapped: Bool) async throws {
        let (one, other) = isSwapped ? (pair.other, pair.one) : (pair.one, pair.other)
        let fleet = try TestFleet(
            policies: policyFile(revoking: [Self.text("a-rule", one), Self.text("b-rule", other)]),
            limits: "{ revoke: 100% }",
            authority: "crl: { url: \"http://crl.example.com/fleet-ca-1.crl\", validity: 8d }")
        try fleet.add("stolen", left: .days(80), labels: ["lot": "2211"])
        try await expect(pair, names: ["a-rule", "b-rule"], of: try fleet.load())
    }

    @Test("And so of a rule and an order that a person gave", arguments: pairs, [false, true])
    func ruleAndOrder(_ pair: Pair, isSwapped: Bool) async throws {
        let (rule, order) = isSwapped ? (pair.other, pair.one) : (pair.one, pair.other)
        let fleet = try TestFleet(
            policies: policyFile(revoking: [Self.text("a-rule", rule)]), limits: "{ revoke: 100% }",
            authority: "crl: { url: \"http://crl.example.com/fleet-ca-1.crl\", validity: 8d }")
        try fleet.add("stolen", left: .days(80), labels: ["lot": "2211"])
        try fleet.load()
        _ = try RevocationService(fleet.workspace, at: Self.now, actor: "alice", clock: FixedClock(Self.now)).record(
            ManualRevocation(
                target: .device("stolen"), reason: order.reason,
                mode: order.mode == "revoke-now" ? .revokeNow : .replaceThenRevoke,
                deadline: order.deadline.map { .hours($0) }))
        try await expect(pair, names: ["a-rule", "manual:1"], of: fleet)
    }

    private func expect(_ pair: Pair, names: [String], of fleet: TestFleet) async throws {
        let plan = try await fleet.plan()
        let row = try #require(plan.decisions.first { $0.device.text == "stolen" })
        #expect(row.revocation?.reason == pair.reason)
        #expect(row.revocation?.orders.sorted() == names, "every order that reaches it is in the report")
        for name in names { #expect(row.reason.text.contains(name), "\(row.reason.text)") }
        let isNow = pair.goes == 0
        #expect(plan.revocations.map(\.due) == (isNow ? [1, 1] : [0, 0]))
        #expect(plan.revocations.map(\.waiting) == (isNow ? [0, 0] : [1, 1]))

        try await fleet.run()
        if let hours = pair.goes, hours > 0 {
            let deadline = Self.now + .hours(hours)
            try await fleet.run(at: deadline - TimeSpan(seconds: 1))
            #expect(try fleet.statuses("stolen") == ["ACTIVE"])
            try await fleet.run(at: deadline)
        }
        guard pair.goes != nil else {
            try await fleet.run(at: Self.now + .days(20))
            #expect(try fleet.statuses("stolen") == ["ACTIVE"])
            return
        }
        #expect(try fleet.statuses("stolen") == ["REVOKED"])
        let list = try RevocationList(reading: try fleet.folder.read("delivery/crl/fleet-ca-1.crl"))
        #expect(list.entries.map(\.reason) == [pair.reason])
    }

    @Test("The device gets one replacement, whichever order says when the old certificate goes")
    func oneReplacement() async throws {
        let rule = RevocationText(name: "late", reason: "superseded")
        let fleet = try TestFleet(policies: policyFile(revoking: [rule]), limits: "{ revoke: 100% }")
        try fleet.add("stolen", left: .days(80), labels: ["lot": "2211"])
        try fleet.load()
        _ = try RevocationService(fleet.workspace, at: Self.now, actor: "alice", clock: FixedClock(Self.now)).record(
            ManualRevocation(
                target: .device("stolen"), reason: .superseded, mode: .replaceThenRevoke, deadline: .hours(72)))
        let key = try fleet.handIn("stolen")
        #expect(try await fleet.run().lines == ["stolen issued"])
        try fleet.confirm("stolen", key, at: Self.now + .hours(1))
        #expect(try await fleet.run(at: Self.now + .hours(1)).lines == ["stolen revoked"])
        for days in [1, 4, 20] as [Int64] { #expect(try await fleet.run(at: Self.now + .days(days)).lines == []) }
        #expect(try fleet.statuses("stolen") == ["REVOKED", "ACTIVE"])
    }
}
