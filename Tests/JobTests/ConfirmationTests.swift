import Delivery
import Fleet
import Foundation
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Intake
@testable import Job
@testable import Planning

@Suite("Confirming a new certificate")
struct ConfirmationTests {
    /// A fleet of one device whose replacement lies there, and the new key.
    private func delivered(
        _ policies: [PolicyText] = [PolicyText()], algorithm: KeyAlgorithm = .ecdsaP256
    ) async throws -> (TestFleet, PrivateKey) {
        let fleet = try TestFleet(policies: policyFile(policies))
        try fleet.add("d1")
        try fleet.load()
        let key = try fleet.handIn("d1", algorithm: algorithm)
        #expect(try await fleet.run().lines == ["d1 issued"])
        return (fleet, key)
    }

    @Test(
        "A device that signs with its new key makes the new certificate ACTIVE, and the old one stays for the overlap",
        arguments: [KeyAlgorithm.ecdsaP256, .ecdsaP384, .rsa(bits: 2048)])
    func confirmed(_ algorithm: KeyAlgorithm) async throws {
        let (fleet, key) = try await delivered(algorithm: algorithm)
        #expect(try fleet.statuses("d1") == ["ACTIVE", "PENDING_ACTIVATION"])
        try fleet.confirm("d1", key, at: TestFleet.now + .hours(1))
        let outlook = try #require(try await fleet.plan(at: TestFleet.now + .hours(2)).inbox)
        #expect(outlook.confirmations == 1 && outlook.refused.isEmpty)
        #expect(try await fleet.plan(at: TestFleet.now + .hours(2)).hasChanges)
        let outcome = try await fleet.run(at: TestFleet.now + .hours(2))
        #expect(outcome.intake.confirmed == 1 && outcome.intake.rejected.isEmpty)
        #expect(outcome.lines == [])
        #expect(try fleet.waitingConfirmations == [])
        #expect(try fleet.statuses("d1") == ["ACTIVE", "ACTIVE"])
        #expect(try fleet.rotations("d1") == ["confirmed"])
        #expect(try fleet.manifest("d1").action == "install")
    }

    @Test("RSA keys may confirm with PS256 too")
    func ps256() async throws {
        let (fleet, key) = try await delivered(algorithm: .rsa(bits: 2048))
        let payload = try fleet.acknowledgement("d1", at: TestFleet.now).payload
        try fleet.putConfirmation(
            "d1.jws", try JWSSigner(key: key, algorithm: .ps256).sign(payload: payload, type: "rotation-ack"))
        #expect(try await fleet.run(at: TestFleet.now + .hours(1)).intake.confirmed == 1)
    }

    @Test("When the overlap is over the old certificate is INACTIVE, and the manifest says that nothing is left to do")
    func overlap() async throws {
        let (fleet, key) = try await delivered()
        try fleet.confirm("d1", key)
        try await fleet.run(at: TestFleet.now + .hours(1))
        let end = TestFleet.now + .hours(1) + .days(7)
        #expect(try await fleet.run(at: end - TimeSpan(seconds: 1)).lines == [])
        #expect(try await fleet.plan(at: end).lines == ["d1 retire confirmed"])
        #expect(try await fleet.run(at: end).lines == ["d1 retired"])
        #expect(try fleet.statuses("d1") == ["INACTIVE", "ACTIVE"])
        #expect(try fleet.rotations("d1") == ["completed"])
        let manifest = try fleet.manifest("d1")
        #expect(manifest.action == "none" && manifest.sequence == 2 && manifest.reason == "confirmed")
        #expect(try await fleet.run(at: end + .days(1)).lines == [])
    }

    @Test("A dry run counts on the confirmations in the inbox, as the run does that takes them in")
    func dryRun() async throws {
        let (fleet, key) = try await delivered([PolicyText(expiry: "{ renewBefore: 30d, overlap: 0d }")])
        try fleet.confirm("d1", key)
        #expect(try await fleet.plan(at: TestFleet.now + .hours(1)).lines == ["d1 retire confirmed"])
        #expect(try fleet.waitingConfirmations == ["d1.jws"])
        #expect(try await fleet.run(at: TestFleet.now + .hours(1)).lines == ["d1 retired"])
        #expect(try fleet.statuses("d1") == ["INACTIVE", "ACTIVE"])
    }

    @Test("Until the device confirms, its old certificate stays, however long it takes")
    func unconfirmed() async throws {
        let (fleet, _) = try await delivered()
        for days in [1, 9, 11, 60, 89] as [Int64] {
            #expect(try await fleet.run(at: TestFleet.now + .days(days)).lines == [])
        }
        #expect(try fleet.statuses("d1") == ["ACTIVE", "PENDING_ACTIVATION"])
    }

    @Test("A replacement that expired unconfirmed is given up, and the device is asked again")
    func expiredReplacement() async throws {
        let (fleet, key) = try await delivered()
        try fleet.confirm("d1", key)
        let later = TestFleet.now + .days(91)
        let outcome = try await fleet.run(at: later)
        #expect(outcome.intake.rejected.map(\.code) == ["certificate-expired"])
        #expect(outcome.lines == ["d1 requested"])
        #expect(try fleet.statuses("d1") == ["ACTIVE", "INACTIVE"])
        #expect(try fleet.rotations("d1") == ["cancelled", "awaiting-csr"])
        #expect(try fleet.manifest("d1").action == "rekey")
        let next = try fleet.handIn("d1")
        #expect(try await fleet.run(at: later).lines == ["d1 issued"])
        try fleet.confirm("d1", next, at: later)
        #expect(try await fleet.run(at: later).lines == ["d1 retired"])
        #expect(try fleet.statuses("d1") == ["INACTIVE", "INACTIVE", "ACTIVE"])
    }

    @Test("A device that lost its new key asks with another, and after a day gets a certificate for that")
    func lostKey() async throws {
        let (fleet, lost) = try await delivered()
        let second = try fleet.handIn("d1")
        #expect(try await fleet.run(at: TestFleet.now + .hours(1)).lines == [])
        let late = try await fleet.run(at: TestFleet.now + .hours(25))
        #expect(late.lines == ["d1 issued"], "\(late.results)")
        #expect(try fleet.statuses("d1") == ["ACTIVE", "INACTIVE", "PENDING_ACTIVATION"])
        #expect(try fleet.manifest("d1").certificate.publicKey == second.publicKey)
        try fleet.confirm("d1", lost, at: TestFleet.now + .hours(26))
        #expect(try await fleet.run(at: TestFleet.now + .hours(26)).intake.rejected.map(\.code) == ["foreign-key"])
        try fleet.confirm("d1", second, at: TestFleet.now + .hours(27))
        #expect(try await fleet.run(at: TestFleet.now + .hours(27)).intake.confirmed == 1)
    }

    @Test("The overlap ends early when the new certificate is due itself, so that the device is not left without")
    func overlapLongerThanLife() async throws {
        let (fleet, key) = try await delivered([PolicyText(expiry: "{ renewBefore: 30d, overlap: 200d }")])
        try fleet.confirm("d1", key)
        // The old one has expired by then: nothing is gained by waiting.
        #expect(try await fleet.run(at: TestFleet.now + .days(1)).lines == [])
        #expect(try await fleet.run(at: TestFleet.now + .days(11)).lines == ["d1 retired"])
        #expect(try await fleet.run(at: TestFleet.now + .days(61)).lines == ["d1 requested"])
    }

    @Test("A refreshed manifest has another sequence, and a confirmation of either is taken")
    func refreshed() async throws {
        let (fleet, key) = try await delivered()
        let early = try fleet.acknowledgement("d1", at: TestFleet.now)
        try await fleet.run(at: TestFleet.now + .days(21))
        #expect(try fleet.manifest("d1").sequence == 2)
        try fleet.putConfirmation("d1.jws", try JWSSigner(key: key).sign(payload: early.payload, type: "rotation-ack"))
        #expect(try await fleet.run(at: TestFleet.now + .days(22)).intake.confirmed == 1)
    }

    @Test("A run that died after it had taken a confirmation leaves a file that the next run knows")
    func diedAfterCommit() async throws {
        let (fleet, key) = try await delivered()
        let bytes = try fleet.confirm("d1", key)
        let names = ["d1.jws"]
        let dead = try DeadRun(fleet)
        let readings = try await ConfirmationReader(source: fleet.workspace.inbox.confirmations).read(names)
        let evaluation = ConfirmationCheck(at: TestFleet.now)
        let outcomes = try await evaluation.evaluate(
            try dead.inventory.planningSnapshot { try evaluation.claims(readings, $0) })
        guard case .confirm(let order) = outcomes[0].outcome else {
            Issue.record("not confirmed: \(outcomes)")
            return
        }
        try dead.inventory.confirm([order], refused: [], run: DeadRun.id, at: TestFleet.now)
        let outcome = try await fleet.run(at: TestFleet.now + .hours(1))
        #expect(outcome.intake.known == 1 && outcome.intake.rejected.isEmpty)
        #expect(try fleet.waitingConfirmations == [])
        #expect(try fleet.statuses("d1") == ["ACTIVE", "ACTIVE"])
        // Handed in once more, after a run that ended well, it is a replay.
        try fleet.putConfirmation("d1.jws", bytes)
        #expect(try await fleet.run(at: TestFleet.now + .hours(2)).intake.known == 1)
    }
}
