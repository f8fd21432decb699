import Fleet
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Intake
@testable import Job
@testable import Planning

@Suite("Revoking by hand")
struct ManualRevocationTests {
    private let now = TestFleet.now

    private func fleet() throws -> TestFleet {
        let fleet = try TestFleet(limits: "{ revoke: 50% }")
        for device in ["d1", "d2", "d3", "d4"] { try fleet.add(device, left: .days(80)) }
        return try fleet.load()
    }

    private func service(_ fleet: TestFleet) -> RevocationService {
        RevocationService(fleet.workspace, at: now, actor: "alice", clock: FixedClock(now))
    }

    @Test("An order is recorded, and the next run carries it out")
    func recorded() async throws {
        let fleet = try fleet()
        let receipt = try service(fleet).record(
            ManualRevocation(target: .device("d1"), reason: .keyCompromise, note: "found in a bin"))
        #expect(receipt.name == "manual:1" && receipt.outlook.matched == 1 && receipt.obstacle == nil)
        #expect(try fleet.statuses("d1") == ["ACTIVE"])
        #expect(try await fleet.plan().lines == ["d1 revoke revoked"])
        #expect(try await fleet.run().lines == ["d1 revoked"])
        let revocation = try #require(try fleet.story("d1").listing.certificates[0].history?.revocation)
        #expect(
            revocation.reason == .keyCompromise && revocation.actor == "alice" && revocation.note == "found in a bin")
        #expect(try await fleet.run(at: now + .days(1)).lines == [])
    }

    @Test("Each way of naming a certificate finds it, and only it")
    func targets() async throws {
        let fleet = try fleet()
        let certificate = try fleet.certificates("d2", .active)[0]
        let targets: [ManualRevocation.Target] = [
            .device("d2"), .fingerprint(certificate.fingerprint), .key(certificate.publicKey.fingerprint),
            .serial(certificate.serialNumber, issuer: "fleet-ca-1"),
            .serial(certificate.serialNumber, issuer: "CN=Example Fleet CA 1, O=Example Devices"),
        ]
        for target in targets {
            let receipt = try service(fleet).record(ManualRevocation(target: target, reason: .superseded))
            #expect(try await fleet.plan().lines == ["d2 revoke revoked"], "\(target)")
            try service(fleet).withdraw(receipt.name)
            #expect(try await fleet.plan().lines == [])
        }
    }

    @Test("--now revokes in this call, and does nothing else")
    func now() async throws {
        let fleet = try fleet()
        try fleet.handIn("d3")
        let outcome = try await service(fleet).carryOut(
            ManualRevocation(target: .device("d1"), reason: .cessationOfOperation))
        #expect(outcome.lines == ["d1 revoked"])
        #expect(try fleet.statuses("d1") == ["REVOKED"])
        #expect(try fleet.waitingFiles == ["d3.csr"])
        #expect(outcome.lists.published.map(\.entries) == [1])
        #expect(try fleet.inventory().recentRuns(limit: 1).map(\.outcome) == ["completed"])
    }

    @Test("A replacement first, where that is asked for")
    func replaceFirst() async throws {
        let fleet = try fleet()
        let order = ManualRevocation(
            target: .device("d1"), reason: .keyCompromise, mode: .replaceThenRevoke, deadline: .days(3))
        #expect(try service(fleet).record(order).obstacle == nil)
        #expect(try await fleet.run().lines == ["d1 requested"])
        let key = try fleet.handIn("d1")
        #expect(try await fleet.run(at: now + .hours(1)).lines == ["d1 issued"])
        try fleet.confirm("d1", key, at: now + .hours(2))
        #expect(try await fleet.run(at: now + .hours(2)).lines == ["d1 revoked"])
        #expect(try await fleet.run(at: now + .days(4)).lines == [])
        #expect(try fleet.statuses("d1") == ["REVOKED", "ACTIVE"])
    }

    @Test("What is not there, or gone already, is an error that says so")
    func nothingToRevoke() async throws {
        let fleet = try fleet()
        let digest = SHA256.digest([1])
        let unknown: [ManualRevocation.Target] = [
            .device("d9"), .fingerprint(Fingerprint(digest)), .key(KeyFingerprint(digest)),
            .serial(SerialNumber(bytes: [1]), issuer: "fleet-ca-1"),
        ]
        for target in unknown {
            let error = try #require(throws: RotationError.self, "\(target)") {
                try service(fleet).record(ManualRevocation(target: target, reason: .superseded))
            }
            #expect(error.code == .badInput)
        }
        _ = try await service(fleet).carryOut(ManualRevocation(target: .device("d1"), reason: .superseded))
        let again = try #require(throws: RotationError.self) {
            try service(fleet).record(ManualRevocation(target: .device("d1"), reason: .superseded))
        }
        #expect(again.message.contains("REVOKED already"))
        #expect(throws: RotationError.self) { try service(fleet).withdraw("manual:9") }
    }

    @Test("A key that nobody has yet can be refused")
    func unknownKey() async throws {
        let fleet = try fleet()
        let key = try PrivateKey.generate(.ecdsaP256)
        let receipt = try service(fleet).record(
            ManualRevocation(target: .key(key.publicKey.fingerprint), reason: .keyCompromise))
        #expect(receipt.outlook.matched == 0)
        try fleet.handIn("d1", key: key)
        #expect(try await fleet.run().intake.rejected.map(\.code) == ["revoked-key"])
    }

    @Test("An order that a guard stops is not recorded with --now, and told of without")
    func guarded() async throws {
        let fleet = try TestFleet(limits: "{ revoke: 50% }")
        let key = try PrivateKey.generate(.ecdsaP256)
        for device in ["d1", "d2", "d3"] { try fleet.add(device, left: .days(80), key: key) }
        try fleet.add("d4", left: .days(80))
        try fleet.load()
        let order = ManualRevocation(target: .key(key.publicKey.fingerprint), reason: .keyCompromise)
        let error = try await #require(throws: RotationError.self) { try await service(fleet).carryOut(order) }
        #expect(error.code == .guarded && error.message.contains("3 of 4"))
        #expect(try fleet.inventory().planningSnapshot { try $0.revocationOrders() }.isEmpty)
        #expect(try service(fleet).record(order).obstacle?.contains("3 of 4") == true)
        #expect(try await fleet.run().ending == .guarded)
        try service(fleet).withdraw("manual:1")
        #expect(try await fleet.run().ending == .completed)
        #expect(try fleet.statuses("d1") == ["ACTIVE"])
    }

    @Test("A certificate that two devices present is revoked for both")
    func sharedCertificate() async throws {
        let fleet = try TestFleet(limits: "{ revoke: 100% }")
        let certificate = try fleet.add("d1", left: .days(80))
        fleet.share(certificate, with: "d2")
        try fleet.load()
        _ = try await service(fleet).carryOut(ManualRevocation(target: .device("d1"), reason: .superseded))
        #expect(try fleet.statuses("d1") == ["REVOKED"] && fleet.statuses("d2") == ["REVOKED"])
    }
}
