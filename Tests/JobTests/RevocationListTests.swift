import Delivery
import Fleet
import Foundation
import PKI
import RotationModel
import RotationTesting
import System
import Testing

@testable import Job
@testable import Planning

@Suite("The authorities' revocation lists")
struct RevocationListTests {
    private let now = TestFleet.now
    private static let crl = "crl: { url: \"http://crl.example.com/fleet-ca-1.crl\", validity: 8d }"

    private func fleet(_ crl: String = RevocationListTests.crl, devices: Int = 3) throws -> TestFleet {
        let fleet = try TestFleet(limits: "{ revoke: 100% }", authority: crl)
        for number in 1...devices { try fleet.add("d\(number)", left: .days(80)) }
        return try fleet.load()
    }

    private func list(_ fleet: TestFleet, _ file: String = "fleet-ca-1.crl") throws -> RevocationList {
        try RevocationList(reading: try fleet.folder.read("delivery/crl/\(file)"))
    }

    private func revoke(
        _ device: String, in fleet: TestFleet, at: Timestamp, reason: RevocationReason = .superseded
    ) async throws {
        _ = try await RevocationService(fleet.workspace, at: at, actor: "test", clock: FixedClock(at))
            .carryOut(ManualRevocation(target: .device(DeviceID(checked: device)), reason: reason))
    }

    @Test("An authority with a CRL's URL has a list from the first run on, signed by it, and certificates that name it")
    func empty() async throws {
        let fleet = try fleet()
        try fleet.add("due")
        try fleet.load().handIn("due")
        let outcome = try await fleet.run()
        #expect(outcome.lists.published.map(\.file) == ["fleet-ca-1.crl"])
        let list = try list(fleet)
        #expect(list.number == 1 && list.entries.isEmpty && list.distributionPoint == nil)
        #expect(list.thisUpdate == now && list.nextUpdate == now + .days(8))
        #expect(try list.isSigned(by: fleet.pki.authority.certificate.publicKey))
        #expect(list.authorityKeyIdentifier == fleet.pki.authority.certificate.subjectKeyIdentifier)
        #expect(
            try fleet.manifest("due").certificate.crlDistributionPoints == ["http://crl.example.com/fleet-ca-1.crl"])
    }

    @Test("A list is built anew when something changed or half of its validity is over, and its number only grows")
    func rebuilt() async throws {
        let fleet = try fleet()
        try await fleet.run()
        #expect(try await fleet.run(at: now + .days(3)).lists.published.isEmpty)
        #expect(try await fleet.run(at: now + .days(4)).lists.published.map(\.number) == [2])
        #expect(try await fleet.run(at: now + .days(5)).lists.published.isEmpty)
        try await revoke("d1", in: fleet, at: now + .days(6), reason: .keyCompromise)
        let serial = try fleet.certificates("d1", .revoked)[0].serialNumber
        let list = try list(fleet)
        #expect(list.number == 3)
        #expect(
            list.entries == [RevokedEntry(serialNumber: serial, revokedAt: now + .days(6), reason: .keyCompromise)])
        #expect(try await fleet.run(at: now + .days(7)).lists.published.isEmpty)
        try FileManager.default.removeItem(atPath: fleet.folder["delivery/crl/fleet-ca-1.crl"])
        #expect(try await fleet.run(at: now + .days(7)).lists.published.map(\.number) == [4])
    }

    @Test("An inventory that was made anew does not go back behind the number that verifiers have seen")
    func numberOutlivesInventory() async throws {
        let fleet = try fleet()
        for days in [0, 4, 8] as [Int64] { try await fleet.run(at: now + .days(days)) }
        #expect(try list(fleet).number == 3)
        try FileManager.default.removeItem(atPath: fleet.workspace.configuration.inventory.text)
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: fleet.workspace.configuration.inventory.text + suffix)
        }
        _ = try SQLFleet.create(sqlite: fleet.workspace.configuration.inventory.text, sha256: SHA256.digest)
        _ = try await fleet.recover(at: now + .days(9))
        try fleet.load()
        #expect(try await fleet.run(at: now + .days(9)).lists.published.map(\.number) == [4])
    }

    @Test("An entry stays until it has stood on one list that was issued after the certificate's end")
    func removedAfterExpiry() async throws {
        let fleet = try fleet(devices: 1)
        try fleet.add("short", left: .days(9))
        try fleet.load()
        try await revoke("short", in: fleet, at: now)
        try await fleet.run(at: now + .days(4))
        #expect(try list(fleet).entries.count == 1)
        try await fleet.run(at: now + .days(8))
        #expect(try list(fleet).entries.count == 1)
        // Expired on day 9: the list of day 12 is the first after that, and the last that has it.
        try await fleet.run(at: now + .days(12))
        #expect(try list(fleet).entries.count == 1)
        try await fleet.run(at: now + .days(16))
        #expect(try list(fleet).entries.isEmpty)
    }

    @Test("A certificate that came in REVOKED is counted in the plan and listed by the run, without a reason")
    func imported() async throws {
        let fleet = try fleet()
        try fleet.add("gone", left: .days(80), status: .revoked)
        let plan = try await fleet.load().plan()
        #expect(plan.lines == [] && plan.broughtRevocationCount == 1 && plan.hasChanges)
        let outcome = try await fleet.run()
        #expect(outcome.plan.broughtRevocationCount == 1)
        #expect(try list(fleet).entries.map(\.reason) == [.unspecified])
        #expect(try await fleet.plan().broughtRevocationCount == 0)
    }

    @Test("A certificate that an import makes REVOKED is a row of the plan, and listed by the run")
    func importedChange() async throws {
        let fleet = try fleet()
        try fleet.add("gone", left: .days(80))
        try fleet.load()
        fleet.change("gone", to: .revoked)
        try fleet.load()
        #expect(try await fleet.plan().lines == ["gone revoke revoked"])
        #expect(try await fleet.run().lines == ["gone revoked"])
        #expect(try list(fleet).entries.map(\.reason) == [.unspecified])
    }

    @Test("What imports revoke counts in limits.revoke, whether it was known before or not", arguments: [false, true])
    func importedPastLimit(wasKnown: Bool) async throws {
        let fleet = try TestFleet(limits: "{ revoke: 20% }", authority: RevocationListTests.crl)
        for number in 1...4 {
            try fleet.add("d\(number)", left: .days(80))
            try fleet.add("g\(number)", left: .days(80), status: wasKnown ? .active : .revoked)
        }
        try fleet.load()
        for number in 1...4 { fleet.change("g\(number)", to: .revoked) }
        try fleet.load()
        #expect(try await fleet.plan().guards.count == 1)
        #expect(try await fleet.run().ending == .guarded)
        #expect(!Files.exists(fleet.folder["delivery/crl/fleet-ca-1.crl"]))
    }

    @Test("With shards each certificate is on the list that it names, and only a shard that changed is built anew")
    func shards() async throws {
        let crl = "crl: { url: \"http://crl.example.com/fleet-ca-1.crl\", validity: 8d, shards: 4 }"
        let fleet = try fleet(crl, devices: 1)
        for number in 1...6 {
            try fleet.add("due\(number)")
            try fleet.load().handIn("due\(number)")
        }
        let first = try await fleet.run()
        #expect(first.lists.published.map(\.file).count == 5)
        let certificate = try fleet.manifest("due1").certificate
        let url = try #require(certificate.crlDistributionPoints.first)
        #expect(url.hasPrefix("http://crl.example.com/fleet-ca-1-") && url.hasSuffix("-of-4.crl"))
        _ = try await RevocationService(
            fleet.workspace, at: now + .days(1), actor: "test", clock: FixedClock(now + .days(1))
        )
        .carryOut(ManualRevocation(target: .fingerprint(certificate.fingerprint), reason: .superseded))
        let file = String(url.split(separator: "/").last ?? "")
        let shard = try list(fleet, file)
        #expect(shard.entries.map(\.serialNumber) == [certificate.serialNumber])
        #expect(shard.distributionPoint == url && shard.number == 2)
        #expect(try list(fleet).entries.count == 1)
        for number in 0..<4 where file != "fleet-ca-1-\(number)-of-4.crl" {
            let other = try list(fleet, "fleet-ca-1-\(number)-of-4.crl")
            #expect(other.number == 1 && other.entries.isEmpty)
        }
    }

    @Test("The lists of an earlier number of shards are kept up: certificates still name them")
    func shardsChanged() async throws {
        func configuration(_ shards: Int) -> String {
            "crl: { url: \"http://crl.example.com/fleet-ca-1.crl\", validity: 8d, shards: \(shards) }"
        }
        let fleet = try fleet(configuration(4), devices: 1)
        try fleet.add("due")
        try fleet.load().handIn("due")
        try await fleet.run()
        let certificate = try fleet.manifest("due").certificate
        let url = try #require(certificate.crlDistributionPoints.first)
        let text = String(decoding: try fleet.folder.read("rotation.yaml"), as: UTF8.self)
        try fleet.folder.write("rotation.yaml", text.replacing("shards: 4", with: "shards: 2"))
        let workspace = try Workspace(configuredBy: fleet.folder["rotation.yaml"])
        let later = now + .days(1)
        _ = try await RevocationService(workspace, at: later, actor: "test", clock: FixedClock(later))
            .carryOut(ManualRevocation(target: .fingerprint(certificate.fingerprint), reason: .superseded))
        let old = try list(fleet, String(url.split(separator: "/").last ?? ""))
        #expect(old.entries.map(\.serialNumber) == [certificate.serialNumber] && old.distributionPoint == url)
        #expect(try list(fleet, "fleet-ca-1-0-of-2.crl").thisUpdate == later)
        let half = later + .days(4)
        let renewed = try await JobRun(workspace, at: half, actor: "test", clock: FixedClock(half)).perform()
        #expect(renewed.lists.published.count == 7)
    }

    @Test("An authority without a CRL's URL has a list once something of it is revoked")
    func withoutURL() async throws {
        let fleet = try fleet("")
        #expect(try await fleet.run().lists.published.isEmpty)
        #expect(!Files.exists(fleet.folder["delivery/crl/fleet-ca-1.crl"]))
        try await revoke("d1", in: fleet, at: now)
        #expect(try list(fleet).entries.count == 1)
    }

    @Test("A list that was recorded and not published is built again, under the next number")
    func diedBeforePublishing() async throws {
        let fleet = try fleet()
        try await fleet.run()
        let dead = try DeadRun(fleet)
        _ = try dead.inventory.beginCRL(
            name: "fleet-ca-1.crl", authority: "fleet-ca-1", thisUpdate: now, nextUpdate: now + .days(8), covers: 0,
            numberAtLeast: 1, run: DeadRun.id, at: now)
        #expect(try await fleet.run(at: now + .hours(1)).lists.published.map(\.number) == [3])
    }

    @Test("The status tells of a list that has expired")
    func expired() async throws {
        let fleet = try fleet()
        try await fleet.run()
        func attention(_ days: Int64) async throws -> [String] {
            try await FleetStatus.read(fleet.workspace, at: now + .days(days)).attention
        }
        #expect(try await attention(7).isEmpty)
        #expect(try await attention(9).contains { $0.contains("the CRL fleet-ca-1.crl expired") })
    }
}
