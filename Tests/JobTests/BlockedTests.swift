import Fleet
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Job
@testable import Planning

@Suite("Due, and cannot go on")
struct BlockedTests {
    /// A fleet whose authority's certificate begins and ends so long after now.
    private func fleet(
        authorityEnds end: TimeSpan, begins start: TimeSpan = .days(-400), policy: PolicyText = PolicyText()
    ) throws -> TestFleet {
        let fleet = try TestFleet(policies: policyFile([policy]))
        let certificate = try SelfSigned.authority(
            subject: fleet.pki.authority.certificate.subject, key: fleet.pki.key, notBefore: TestFleet.now + start,
            notAfter: TestFleet.now + end, serial: ThrowawayPKI.serial("another"))
        try fleet.folder.write("ca.pem", certificate.pem)
        return fleet
    }

    @Test("An expired authority blocks what is due, and the run ends with trouble")
    func expired() async throws {
        let fleet = try fleet(authorityEnds: .days(-1), policy: PolicyText(rekey: "allowed"))
        try fleet.add("d1")
        try fleet.add("fresh", left: .days(60))
        let plan = try await fleet.load().plan()
        #expect(plan.lines == ["d1 blocked authority"])
        #expect(plan.decisions[0].reason.text.contains("fleet-ca-1 expired at 2026-11-30T00:00:00Z"))
        #expect(plan.decisions[0].further.map(\.code) == [.expiring])
        let outcome = try await fleet.run()
        #expect(outcome.lines == ["d1 blocked"])
        #expect(outcome.ending == .partial)
        #expect(!fleet.hasManifest("d1"))
    }

    @Test("An authority whose time has not come yet blocks too")
    func notYet() async throws {
        let fleet = try fleet(authorityEnds: .days(900), begins: .days(1))
        try fleet.add("d1")
        #expect(try await fleet.load().plan().lines == ["d1 blocked authority"])
        #expect(try await fleet.plan(at: TestFleet.now + .days(1)).lines == ["d1 request-csr expiring"])
    }

    @Test(
        "An authority that ends no later than the certificate to replace has nothing to offer",
        arguments: [(TimeSpan.days(10), "blocked authority"), (.days(10) + TimeSpan(seconds: 1), "issue expiring")])
    func noLonger(_ end: TimeSpan, _ row: String) async throws {
        let fleet = try fleet(
            authorityEnds: end, policy: PolicyText(compliance: "{ key: replace }", rekey: "allowed"))
        try fleet.add("d1", left: .days(10))
        // For another reason than its age it is replaced all the same.
        try fleet.add("weak", left: .days(40), algorithm: .rsa(bits: 1024))
        #expect(try await fleet.load().plan().lines == ["d1 \(row)", "weak request-csr weak-key"])
    }

    @Test("A subject or alternative name that cannot be made blocks that device alone")
    func subject() async throws {
        let profile = ProfileText(
            subject: "CN={device},OU={label:site}", alternativeNames: "[\"DNS:{device}.example.com\"]")
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")], [profile]))
        try fleet.add("d1", left: .days(1), labels: ["site": "north"])
        try fleet.add("no-label", left: .days(2))
        try fleet.add("no host", left: .days(3), labels: ["site": "north"])
        let plan = try await fleet.load().plan()
        #expect(plan.lines == ["d1 issue expiring", "no-label blocked subject", "no host blocked subject"])
        #expect(plan.decisions[1].reason.text.contains("site"))
        #expect(plan.decisions[2].reason.text.contains("profile client"))
        let outcome = try await fleet.run()
        #expect(outcome.lines == ["d1 issued", "no-label blocked", "no host blocked"])
        // Somebody has to hear of it who looks at nothing but exit statuses.
        #expect(outcome.ending == .partial)
        #expect(!fleet.hasManifest("no-label"))
    }

    @Test("What is blocked goes on when the obstacle is gone")
    func unblocked() async throws {
        let profile = ProfileText(subject: "CN={device},OU={label:site}")
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")], [profile]))
        try fleet.add("d1")
        #expect(try await fleet.load().run().lines == ["d1 blocked"])
        try fleet.setPolicies(policyFile([PolicyText(rekey: "allowed")]))
        #expect(try await fleet.run().lines == ["d1 issued"])
    }
}
