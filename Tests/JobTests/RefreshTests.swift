import Fleet
import Lifecycle
import PKI
import RotationModel
import Testing

@testable import Job

@Suite("Manifests that are about to expire")
struct RefreshTests {
    @Test(
        "One that has less than a third of its time left is signed anew, with the same facts and the next number",
        arguments: [true, false])
    func renewed(_ isInstall: Bool) async throws {
        let policy = PolicyText(
            expiry: "{ renewBefore: 60d }", rekey: isInstall ? "allowed" : "required")
        let fleet = try TestFleet(policies: policyFile([policy]), manifestValidity: "9d")
        try fleet.add("d1", left: .days(50))
        try await fleet.load().run()
        let first = try fleet.manifest("d1")
        #expect(first.expires == TestFleet.now + .days(9))

        // Three days of nine are left: not yet.
        #expect(try await fleet.run(at: TestFleet.now + .days(6)).refreshed == 0)
        #expect(try fleet.manifest("d1").sequence == 1)

        let later = TestFleet.now + .days(6) + TimeSpan(seconds: 1)
        let outcome = try await fleet.run(at: later)
        #expect((outcome.refreshed, outcome.lines) == (1, []))
        let second = try fleet.manifest("d1")
        #expect((second.sequence, second.expires) == (2, later + .days(9)))
        #expect((second.action, second.reason, second.replaces) == (first.action, first.reason, first.replaces))
        #expect(second.json["issued"] as? String == later.rfc3339)
        if isInstall {
            #expect(try second.certificate == first.certificate)
            #expect(second.chain == first.chain)
        } else {
            #expect((second.requestKeys, second.requestSubject) == (first.requestKeys, first.requestSubject))
        }
        #expect(try await fleet.run(at: later).refreshed == 0)
    }

    @Test("One that names the account that its device has left is signed anew for the new one")
    func movedAccount() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")]))
        try fleet.add("d1")
        try await fleet.load().run()
        #expect(try fleet.manifest("d1").json["account"] as? String == "111122223333")
        fleet.move("d1", to: "444455556666")
        try fleet.load()
        let outcome = try await fleet.run(at: TestFleet.now + .days(1))
        #expect((outcome.refreshed, outcome.lines) == (1, []))
        let manifest = try fleet.manifest("d1")
        #expect(manifest.json["account"] as? String == "444455556666")
        #expect(manifest.sequence == 2)
        #expect(try await fleet.run(at: TestFleet.now + .days(1)).refreshed == 0)
    }

    @Test("One that expired while no run came is signed anew too, and a rotation's state stays what it was")
    func expired() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")]))
        try fleet.add("d1", left: .days(20))
        try await fleet.load().run()
        let before = try #require(try fleet.story("d1").rotations.first)
        #expect(try await fleet.run(at: TestFleet.now + .days(45)).refreshed == 1)
        let after = try #require(try fleet.story("d1").rotations.first)
        #expect(after.state == .delivered)
        #expect(after.changedAt == before.changedAt)
    }

    @Test("What was asked again in the same run is not signed twice")
    func askedAgain() async throws {
        let fleet = try TestFleet(manifestValidity: "9d")
        try fleet.add("d1", left: .days(20))
        try await fleet.load().run()
        try fleet.put("d1.csr", Array("junk".utf8))
        let outcome = try await fleet.run(at: TestFleet.now + .days(8))
        #expect((outcome.lines, outcome.refreshed) == (["d1 requested"], 0))
        #expect(try fleet.manifest("d1").sequence == 2)
    }
}
