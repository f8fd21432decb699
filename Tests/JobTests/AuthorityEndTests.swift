import Fleet
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Job
@testable import Planning

@Suite("Authorities that end")
struct AuthorityEndTests {
    private let now = TestFleet.now

    /// Two authorities: certificates come from the first, profiles name the one that a test says.
    private func fleet(
        _ old: String, action: String = "replace", profile: String = "fleet-ca-2"
    ) throws -> TestFleet {
        let fleet = try TestFleet(
            policies: policyFile(
                [PolicyText(compliance: "{ authority: \(action) }")], [ProfileText(authority: profile)]),
            authority: old, successor: true)
        try fleet.add("d1", left: .days(80))
        return try fleet.load()
    }

    @Test(
        "A certificate that outlasts its authority is a finding, and acted on as the policy says",
        arguments: [
            ("retire: 2027-01-15", "replace", "d1 request-csr authority-retiring"),
            ("retire: 2027-01-15", "report", "d1 report authority-retiring"), ("retire: 2027-01-15", "ignore", ""),
            ("retire: 2027-06-01", "replace", ""),
            ("revoked: 2026-11-30", "replace", "d1 request-csr authority-revoked"),
            ("revoked: 2026-11-30", "report", "d1 report authority-revoked"),
            ("revoked: 2027-03-01", "replace", ""),
        ])
    func finding(_ old: String, _ action: String, _ row: String) async throws {
        #expect(try await fleet(old, action: action).plan().lines == (row.isEmpty ? [] : [row]))
    }

    @Test(
        "A profile that still names the retiring or revoked authority blocks, instead of issuing by it again and again")
    func stillNamed() async throws {
        for old in ["retire: 2027-01-15", "revoked: 2026-11-30"] {
            let plan = try await fleet(old, profile: "fleet-ca-1").plan()
            #expect(plan.lines == ["d1 blocked authority"])
        }
    }

    @Test("Nothing that a retiring authority signs lasts longer than itself, and it signs nothing afterwards")
    func retires() async throws {
        let fleet = try TestFleet(authority: "retire: 2027-01-15")
        try fleet.add("d1")
        try fleet.load().handIn("d1")
        #expect(try await fleet.run().lines == ["d1 issued"])
        #expect(try fleet.manifest("d1").certificate.notAfter == "2027-01-15T00:00:00Z")
        try fleet.add("d2", left: .days(60))
        try fleet.load()
        let after: Timestamp = "2027-01-15T00:00:00Z"
        #expect(try await fleet.plan(at: after).decision("d2")?.action.name == .blocked)
        #expect(try await fleet.plan(at: after).decision("d2")?.reason.text.contains("retired") == true)
    }

    @Test("The status warns 90 days ahead, and of a weak key")
    func warned() async throws {
        func attention(_ authority: String) async throws -> [String] {
            let fleet = try TestFleet(authority: authority)
            return try await FleetStatus.read(fleet.workspace, at: now).attention
        }
        #expect(try await attention("retire: 2027-02-01").contains { $0.contains("retires on 2027-02-01") })
        #expect(try await attention("retire: 2027-04-01").isEmpty)
        #expect(try await attention("revoked: 2026-10-01").contains { $0.contains("was revoked on 2026-10-01") })
    }
}
