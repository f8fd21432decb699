import Fleet
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Planning

@Suite("Why a device is in the plan")
struct PlanReasonTests {
    /// One device and one policy, and the row that comes of them.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var left = TimeSpan.days(60)
        var algorithm = KeyAlgorithm.ecdsaP256
        var signature: SignatureAlgorithm?
        var policy = PolicyText()
        var profile = ProfileText()
        /// `action code`, or nothing where the plan has no row.
        var expected: String?
        var further: [ReasonCode] = []
    }

    static let cases: [Case] = [
        Case(testDescription: "fresh, so no row"),
        Case(testDescription: "due to the second", left: .days(30), expected: "request-csr expiring"),
        Case(testDescription: "not due by a second", left: .days(30) + TimeSpan(seconds: 1)),
        Case(testDescription: "expired", left: .days(-1), expected: "request-csr expired"),
        Case(testDescription: "at its very end not expired yet", left: .zero, expected: "request-csr expiring"),
        Case(
            testDescription: "expired and only reported", left: .days(-1),
            policy: PolicyText(expiry: "{ renewBefore: 30d, expired: report }"), expected: "report expired"),
        Case(
            testDescription: "the key may stay", left: .days(10), policy: PolicyText(rekey: "allowed"),
            expected: "issue expiring"),
        Case(
            testDescription: "a key that the profile does not take may not stay", left: .days(10),
            policy: PolicyText(rekey: "allowed"), profile: ProfileText(keys: "[ecdsa-p384]"),
            expected: "request-csr expiring"),
        Case(
            testDescription: "a weak key may not stay", left: .days(10), algorithm: .rsa(bits: 1024),
            policy: PolicyText(rekey: "allowed"), expected: "request-csr expiring"),
        Case(
            testDescription: "a weak key is replaced", algorithm: .rsa(bits: 1024),
            policy: PolicyText(compliance: "{ key: replace }"), expected: "request-csr weak-key"),
        Case(
            testDescription: "a weak key is only reported", algorithm: .rsa(bits: 1024),
            policy: PolicyText(compliance: "{ key: report }"), expected: "report weak-key"),
        Case(testDescription: "a weak key that nobody asks about", algorithm: .rsa(bits: 1024)),
        Case(
            testDescription: "another signature than the profile's", signature: .ecdsaWithSHA512,
            policy: PolicyText(compliance: "{ signature: report }"), expected: "report weak-signature"),
        Case(
            testDescription: "too old", policy: PolicyText(compliance: "{ age: { over: 20d, do: replace } }"),
            expected: "request-csr age"),
        Case(
            testDescription: "expiry decides before compliance, which stands beside it", left: .days(10),
            algorithm: .rsa(bits: 1024), policy: PolicyText(compliance: "{ key: replace }"),
            expected: "request-csr expiring", further: [.weakKey]),
        Case(
            testDescription: "of two findings the one that replaces decides", signature: .ecdsaWithSHA512,
            policy: PolicyText(compliance: "{ signature: report, age: { over: 20d, do: replace } }"),
            expected: "request-csr age", further: [.weakSignature]),
        Case(
            testDescription: "no policy covers it", left: .days(10), policy: PolicyText(match: "{ device: \"x-*\" }"),
            expected: "uncovered uncovered"),
    ]

    @Test("A certificate has the row that its policy gives it", arguments: cases)
    func row(_ test: Case) async throws {
        let fleet = try TestFleet(policies: policyFile([test.policy], [test.profile]))
        let certificate = try fleet.add(
            "d1", left: test.left, algorithm: test.algorithm, signature: test.signature)
        let plan = try await fleet.load().plan()
        #expect(plan.lines == (test.expected.map { ["d1 \($0)"] } ?? []))
        #expect(plan.decisions.first?.further.map(\.code) ?? [] == test.further)
        for decision in plan.decisions {
            #expect((decision.fingerprint, decision.notAfter) == (certificate.fingerprint, certificate.notAfter))
            #expect(decision.account.text == "111122223333")
            let named = decision.action.name == .uncovered ? nil : "sensors policies/policy.yaml:3"
            #expect(decision.policy.map { "\($0.name) \($0.file):\($0.line)" } == named)
        }
        #expect((plan.deviceCount, plan.certificateCount, plan.at) == (1, 1, TestFleet.now))
    }

    @Test("A certificate of another authority is replaced where the policy says so")
    func issuer() async throws {
        let other = try ThrowawayPKI(now: TestFleet.now, subject: "Another CA")
        let fleet = try TestFleet(policies: policyFile([PolicyText(compliance: "{ issuer: replace }")]))
        try fleet.add("own", left: .days(60))
        try fleet.add("other", left: .days(60), from: other)
        #expect(try await fleet.load().plan().lines == ["other request-csr issuer"])
    }

    @Test("Two devices with one key are both found, and neither may keep it")
    func sharedKey() async throws {
        let policy = PolicyText(compliance: "{ sharedKey: replace }", rekey: "allowed")
        let fleet = try TestFleet(policies: policyFile([policy]))
        try fleet.add("d1", left: .days(60))
        try fleet.add("d2", left: .days(61), key: fleet.keys["d1"])
        try fleet.add("d3", left: .days(62), status: .revoked, key: fleet.keys["d1"])
        try fleet.add("d4", left: .days(60))
        #expect(try await fleet.load().plan().lines == ["d1 request-csr shared-key", "d2 request-csr shared-key"])
    }

    @Test(
        "Only an ACTIVE certificate is kept fresh", arguments: CertificateStatus.allCases.filter { $0 != .active })
    func otherStatuses(_ status: CertificateStatus) async throws {
        let fleet = try TestFleet()
        try fleet.add("d1", left: .days(1), status: status)
        #expect(try await fleet.load().plan().lines == [])
    }

    @Test("Of several ACTIVE certificates the one that lasts longest is the current one")
    func current() async throws {
        let fleet = try TestFleet()
        try fleet.add("fresh", left: .days(1))
        try fleet.add("fresh", left: .days(60))
        try fleet.add("due", left: .days(-3))
        let current = try fleet.add("due", left: .days(2))
        let plan = try await fleet.load().plan()
        #expect(plan.lines == ["due request-csr expiring"])
        #expect(plan.decisions[0].fingerprint == current.fingerprint)
    }
}
