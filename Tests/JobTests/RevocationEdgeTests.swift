import Delivery
import Fleet
import Foundation
import PKI
import RotationModel
import RotationTesting
import System
import Testing

@testable import Intake
@testable import Job
@testable import Planning

@Suite("Revocations that meet something else")
struct RevocationEdgeTests {
    private let now = TestFleet.now

    private func service(_ fleet: TestFleet, at: Timestamp) -> RevocationService {
        RevocationService(fleet.workspace, at: at, actor: "alice", clock: FixedClock(at))
    }

    private func list(_ fleet: TestFleet) throws -> RevocationList {
        try RevocationList(reading: try fleet.folder.read("delivery/crl/fleet-ca-1.crl"))
    }

    @Test("--now revokes also what another order names already")
    func alreadyOrdered() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1", left: .days(80))
        try fleet.load()
        let order = ManualRevocation(target: .device("d1"), reason: .superseded)
        _ = try service(fleet, at: now).record(order)
        #expect(try await service(fleet, at: now).carryOut(order).lines == ["d1 revoked"])
        #expect(try fleet.statuses("d1") == ["REVOKED"])
    }

    @Test("An order whose carrying out fails is recorded, and the next run does it")
    func failedNow() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1", left: .days(80))
        try fleet.load()
        let key = try fleet.folder.read("ca.key")
        try FileManager.default.removeItem(atPath: fleet.folder["ca.key"])
        await #expect(throws: RotationError.self) {
            try await service(fleet, at: now).carryOut(ManualRevocation(target: .device("d1"), reason: .keyCompromise))
        }
        #expect(try fleet.statuses("d1") == ["ACTIVE"])
        try fleet.folder.write("ca.key", key, mode: 0o600)
        #expect(try await fleet.run().lines == ["d1 revoked"])
    }

    @Test("A confirmation of what a revocation reaches is not taken any more, in the dry run and in the run")
    func confirmationOfDescendant() async throws {
        let fleet = try TestFleet(policies: policyFile(), limits: "{ revoke: 100% }")
        try fleet.add("stolen", labels: ["lot": "2211"])
        let key = try fleet.load().handIn("stolen")
        try await fleet.run()
        try fleet.confirm("stolen", key)
        try fleet.setPolicies(policyFile(revoking: [RevocationText()]))
        let plan = try await fleet.plan()
        #expect(plan.lines == ["stolen request-csr revoked", "stolen revoke revoked"])
        #expect(plan.inbox?.refused.map(\.code) == ["certificate-revoked"])
        let outcome = try await fleet.run()
        #expect(outcome.plan.lines == plan.lines)
        #expect(outcome.intake.rejected.map(\.code) == ["certificate-revoked"])
        #expect(try fleet.statuses("stolen") == ["ACTIVE", "REVOKED"])
    }

    @Test("A device in its overlap is asked at once, and both of its certificates go when it has proved a third")
    func inOverlap() async throws {
        let fleet = try TestFleet(policies: policyFile(), limits: "{ revoke: 100% }")
        try fleet.add("stolen", labels: ["lot": "2211"])
        let first = try fleet.load().handIn("stolen")
        try await fleet.run()
        try fleet.confirm("stolen", first)
        try await fleet.run()
        try fleet.setPolicies(policyFile(revoking: [RevocationText()]))
        #expect(try await fleet.run(at: now + .hours(1)).plan.lines == ["stolen request-csr revoked"])
        #expect(try fleet.statuses("stolen") == ["ACTIVE", "ACTIVE"])
        #expect(try fleet.rotations("stolen") == ["completed", "awaiting-csr"])
        let second = try fleet.handIn("stolen")
        try await fleet.run(at: now + .hours(2))
        try fleet.confirm("stolen", second, at: now + .hours(3))
        try await fleet.run(at: now + .hours(3))
        #expect(try fleet.statuses("stolen") == ["REVOKED", "REVOKED", "ACTIVE"])
        #expect(try await fleet.run(at: now + .hours(4)).lines == [])
        #expect(try fleet.manifest("stolen").action == "none")
    }

    @Test(
        "A certificate that two devices present goes when both have proved another, or at the deadline, with a row for each"
    )
    func sharedCertificate() async throws {
        let fleet = try TestFleet(limits: "{ revoke: 100% }")
        let shared = try fleet.add("x1", left: .days(80))
        fleet.share(shared, with: "x2")
        try fleet.load()
        _ = try service(fleet, at: now).record(
            ManualRevocation(target: .device("x1"), reason: .superseded, mode: .replaceThenRevoke, deadline: .days(3)))
        #expect(try await fleet.run().lines == ["x1 requested", "x2 requested"])
        let keys = try (fleet.handIn("x1"), fleet.handIn("x2"))
        try await fleet.run(at: now + .hours(1))
        try fleet.confirm("x1", keys.0, at: now + .hours(2))
        #expect(try await fleet.plan(at: now + .hours(2)).lines == [])
        #expect(try await fleet.run(at: now + .hours(2)).lines == [])
        #expect(try fleet.statuses("x2") == ["ACTIVE", "PENDING_ACTIVATION"])
        try fleet.confirm("x2", keys.1, at: now + .hours(3))
        #expect(try await fleet.plan(at: now + .hours(3)).lines == ["x1 revoke confirmed", "x2 revoke confirmed"])
        #expect(try await fleet.run(at: now + .hours(3)).lines == ["x1 revoked", "x2 revoked"])
        #expect(try fleet.statuses("x1") == ["REVOKED", "ACTIVE"] && fleet.statuses("x2") == ["REVOKED", "ACTIVE"])
    }

    @Test("A rule that is put back after its deadline counts anew, in the dry run and in the run")
    func deadlineAfterReturn() async throws {
        let rule = policyFile(revoking: [RevocationText(deadline: "72h")])
        let fleet = try TestFleet(policies: rule, limits: "{ revoke: 100% }")
        try fleet.add("stolen", left: .days(80), labels: ["lot": "2211"])
        try await fleet.load().run()
        try fleet.setPolicies(policyFile())
        try await fleet.run(at: now + .hours(1))
        try fleet.setPolicies(rule)
        let later = now + .hours(80)
        #expect(try await fleet.plan(at: later).lines == [])
        #expect(try await fleet.run(at: later).lines == [])
        #expect(try await fleet.run(at: later + .hours(72)).lines == ["stolen revoked"])
    }

    @Test("What was revoked for a lesser reason and is found to be stolen is listed for keyCompromise from then on")
    func aggravated() async throws {
        let fleet = try TestFleet(limits: "{ revoke: 100% }")
        let certificate = try fleet.add("d1", left: .days(80))
        try fleet.load()
        let target = ManualRevocation.Target.fingerprint(certificate.fingerprint)
        _ = try await service(fleet, at: now).carryOut(ManualRevocation(target: target, reason: .superseded))
        #expect(try list(fleet).entries.map(\.reason) == [.superseded])
        let worse = try await service(fleet, at: now + .hours(1)).carryOut(
            ManualRevocation(target: target, reason: .keyCompromise))
        #expect(worse.lists.published.map(\.number) == [2])
        #expect(try list(fleet).entries.map(\.reason) == [.keyCompromise])
        #expect(try list(fleet).entries.map(\.revokedAt) == [now])
        #expect(try fleet.audit("d1").contains("revocation-aggravated"))
        #expect(try await fleet.run(at: now + .hours(2)).lists.published.isEmpty)
    }

    @Test("A descendant is told as one, in the plan, in the run and in the records")
    func descendantStaysOne() async throws {
        let fleet = try TestFleet(policies: policyFile(), limits: "{ revoke: 100% }")
        let root = try fleet.add("d1")
        let key = try fleet.load().handIn("d1")
        try await fleet.run()
        try fleet.confirm("d1", key)
        try await fleet.run()
        try fleet.setPolicies(
            policyFile(revoking: [
                RevocationText(
                    match: "{}", certificates: "{ fingerprints: [\(root.fingerprint.hex)] }", mode: "revoke-now")
            ]))
        let outcome = try await fleet.run(at: now + .hours(1))
        #expect(outcome.plan.revocations.map(\.descendants) == [1] && outcome.plan.revocations.map(\.sharedKeys) == [0])
        let reaches = try fleet.story("d1").listing.certificates.map { $0.history?.revocation?.reach }
        #expect(reaches == [.matched, .descendant])
        let later = try await fleet.plan(at: now + .hours(2)).revocations
        #expect(later.map(\.descendants) == [1] && later.map(\.sharedKeys) == [0])
    }

    @Test("A device that had nothing left to do is told that its certificate was revoked")
    func toldWhenIdle() async throws {
        let fleet = try TestFleet(
            policies: policyFile([PolicyText(expiry: "{ renewBefore: 30d, overlap: 0d }")]), limits: "{ revoke: 100% }")
        try fleet.add("d1")
        let key = try fleet.load().handIn("d1")
        try await fleet.run()
        try fleet.confirm("d1", key)
        try await fleet.run()
        #expect(try fleet.manifest("d1").action == "none" && fleet.manifest("d1").reason == "confirmed")
        _ = try await service(fleet, at: now).carryOut(ManualRevocation(target: .device("d1"), reason: .keyCompromise))
        #expect(try fleet.manifest("d1").action == "none" && fleet.manifest("d1").reason == "revoked")
    }

    @Test("A rule that names nothing, and devices that have nothing left, stand in the status")
    func status() async throws {
        let fleet = try TestFleet(
            policies: policyFile(revoking: [RevocationText(match: "{ labels: { lot: \"typo\" } }")]),
            limits: "{ revoke: 100% }")
        try fleet.add("d1", left: .days(80))
        try fleet.load()
        let before = try await FleetStatus.read(fleet.workspace, at: now)
        #expect(before.attention.contains { $0.contains("stolen-lot names no certificate") })
        #expect(before.devicesWithoutActive == 0)
        _ = try await service(fleet, at: now).carryOut(ManualRevocation(target: .device("d1"), reason: .superseded))
        #expect(try await FleetStatus.read(fleet.workspace, at: now).devicesWithoutActive == 1)
    }

    @Test(
        "An authority that may not sign CRLs makes revocations end with trouble, and the status says so until it is mended"
    )
    func withoutCRLSign() async throws {
        let fleet = try TestFleet(limits: "{ revoke: 100% }")
        // OpenSSL dates it from now on, and so are the runs below.
        let made = try ExternalProgram.run([
            "openssl", "req", "-x509", "-key", fleet.folder["ca.key"], "-subj",
            "/O=Example Devices/CN=Example Fleet CA 1",
            "-days", "36500", "-out", fleet.folder["ca.pem"], "-config", "/dev/null", "-addext",
            "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
        ])
        try #require(made.status == 0, "\(made.errors)")
        let later = SystemClock().now() + .days(1)
        try fleet.add("d1", left: (later - now) + .days(80))
        try fleet.load()
        let outcome = try await service(fleet, at: later).carryOut(
            ManualRevocation(target: .device("d1"), reason: .superseded))
        #expect(outcome.ending == .partial)
        #expect(outcome.lists.published.isEmpty && outcome.lists.troubles.count == 1)
        #expect(
            try await FleetStatus.read(fleet.workspace, at: later).attention.contains {
                $0.contains("may not sign CRLs")
            })
    }
}
