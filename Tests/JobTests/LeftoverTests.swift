import Fleet
import Lifecycle
import PKI
import RotationModel
import Testing

@testable import Intake
@testable import Job
@testable import Planning

@Suite("Older certificates beside the current one")
struct LeftoverTests {
    private func fleet(_ superseded: String, rekey: String = "required") throws -> TestFleet {
        try TestFleet(
            policies: policyFile([PolicyText(compliance: "{ superseded: \(superseded) }", rekey: rekey)]))
    }

    @Test(
        "They are retired, reported or left alone, as the policy says",
        arguments: [
            ("retire", "d1 retire superseded", "retired", CertificateStatus.inactive),
            ("report", "d1 report superseded", "reported", .active), ("ignore", "", "", .active),
        ])
    func actions(_ action: String, _ row: String, _ result: String, _ after: CertificateStatus) async throws {
        let fleet = try fleet(action)
        let old = try fleet.add("d1", left: .days(40))
        let current = try fleet.add("d1", left: .days(60))
        let plan = try await fleet.load().plan()
        #expect(plan.lines == (row.isEmpty ? [] : [row]))
        if !row.isEmpty { #expect(plan.decisions[0].fingerprint == old.fingerprint) }
        #expect(try await fleet.run().lines == (row.isEmpty ? [] : ["d1 \(result)"]))
        let listed = try fleet.story("d1").listing.certificates
        #expect(listed.first { $0.fingerprint == old.fingerprint }?.status == after)
        #expect(listed.first { $0.fingerprint == current.fingerprint }?.status == .active)
        if after == .inactive { #expect(try await fleet.run().lines == []) }
    }

    @Test("Each of several is retired, and a current certificate that is due is replaced beside it")
    func several() async throws {
        let fleet = try fleet("retire", rekey: "allowed")
        for days in [-4, 3, 12] as [Int64] { try fleet.add("d1", left: .days(days)) }
        let outcome = try await fleet.load().run()
        #expect(outcome.lines == ["d1 retired", "d1 retired", "d1 issued"])
        let statuses = try fleet.story("d1").listing.certificates.map(\.status.rawValue).sorted()
        #expect(statuses == ["ACTIVE", "INACTIVE", "INACTIVE", "PENDING_ACTIVATION"])
    }

    @Test("While a rotation is open nothing is retired: what the device presents may be the older one")
    func openRotation() async throws {
        let fleet = try fleet("retire")
        try fleet.add("d1", left: .days(20))
        try await fleet.load().run()
        let older = try fleet.add("d1", left: .days(15))
        try fleet.load()
        #expect(try await fleet.plan().lines == [])
        #expect(try await fleet.run().lines == [])
        #expect(
            try fleet.story("d1").listing.certificates.first { $0.fingerprint == older.fingerprint }?.status == .active)
        try fleet.handIn("d1")
        #expect(try await fleet.run().lines == ["d1 issued"])
        #expect(try await fleet.run().lines == [])
    }

    @Test("One that another device has too cannot be retired, and that is told")
    func sharedCertificate() async throws {
        let fleet = try fleet("retire")
        let old = try fleet.add("d1", left: .days(40))
        try fleet.add("d1", left: .days(60))
        fleet.share(old, with: "d2")
        let plan = try await fleet.load().plan()
        #expect(plan.lines == ["d1 report superseded"])
        #expect(plan.decisions[0].reason.text.contains("another device"))
        let outcome = try await fleet.run()
        #expect(outcome.lines == ["d1 reported"])
        #expect(outcome.ending == .completed)
        for device in ["d1", "d2"] {
            #expect(
                try fleet.story(device).listing.certificates.first { $0.fingerprint == old.fingerprint }?.status
                    == .active)
        }
    }

    @Test("A rotation of a certificate that is no longer the current one does not replace its fresh successor")
    func overtaken() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1", left: .days(10))
        #expect(try await fleet.load().run().lines == ["d1 requested"])
        // Somebody gave the device a certificate by another way.
        try fleet.add("d1", left: .days(80))
        try fleet.load()
        try fleet.handIn("d1")
        #expect(try await fleet.plan().lines == [])
        let outcome = try await fleet.run()
        #expect(outcome.lines == [])
        #expect(outcome.intake.taken == 1)
        // It serves when that one is due.
        #expect(try await fleet.run(at: TestFleet.now + .days(55)).lines == ["d1 issued"])
        #expect(try fleet.story("d1").rotations.map(\.state).contains(.cancelled))
    }
}
