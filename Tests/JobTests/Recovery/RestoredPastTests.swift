import Fleet
import Foundation
import Intake
import PKI
import RotationModel
import RotationTesting
import System
import Testing

@testable import Job
@testable import Planning

@Suite("An older inventory beside a newer delivery tree")
struct RestoredPastTests {
    private let now = TestFleet.now
    private static let crl = "crl: { url: \"http://crl.example.com/fleet-ca-1.crl\", validity: 60d }"
    private static let devices = ["issued", "asked", "ended", "again"]

    /// Saved after a first run; what came after it is in the tree alone: a theft, certificates, confirmations, requests.
    private func fleet() async throws -> (fleet: TestFleet, keys: [String: PrivateKey]) {
        let fleet = try TestFleet(limits: "{ revoke: 100% }", authority: RestoredPastTests.crl)
        for device in RestoredPastTests.devices { try fleet.add(device, left: .days(25)) }
        for device in ["stolen", "fresh", "leaked"] { try fleet.add(device, left: .days(89)) }
        try fleet.load()
        var keys = ["ended": try fleet.handIn("ended"), "again": try fleet.handIn("again")]
        try await fleet.run()
        try await fleet.revokeNow("leaked", .superseded, at: now + .hours(1))
        try fleet.save()
        keys["issued"] = try fleet.handIn("issued")
        if let key = keys["ended"] { try fleet.confirm("ended", key, at: now + .days(1)) }
        try await fleet.run(at: now + .days(1))
        try await fleet.revokeNow("stolen", .keyCompromise, at: now + .days(2))
        try await fleet.run(at: now + .days(10))
        return (fleet, keys)
    }

    private func refusal(_ body: () async throws -> Void) async -> RotationError? {
        do {
            try await body()
            return nil
        } catch { return error as? RotationError }
    }

    @Test(
        "Whoever would change something refuses, with the command that goes on, and changes nothing; plan and status say it"
    )
    func refusals() async throws {
        let (fleet, _) = try await fleet()
        let newer = try fleet.sequences(RestoredPastTests.devices)
        try fleet.restoreSaved()
        let before = try fleet.inventory().auditAnchor()
        let at = now + .days(11)
        let service = RevocationService(fleet.workspace, at: at, actor: "test", clock: FixedClock(at))
        let order = ManualRevocation(target: .device(DeviceID(checked: "fresh")), reason: .superseded)
        let refusals = [
            await refusal { try await fleet.run(at: at) },
            await refusal { _ = try await service.carryOut(order) },
            await refusal { _ = try service.record(order) },
            await refusal { try fleet.load() },
            await refusal {
                _ = try RolloutService(fleet.workspace, at: at, actor: "test").resume("sensors", note: "")
            },
            await refusal {
                try FileManager.default.removeItem(atPath: fleet.folder["delivery/keys.json"])
                _ = try await VerificationRepair(fleet.workspace, at: at, actor: "test").perform()
            },
        ]
        for refusal in refusals {
            #expect(refusal?.code == .guarded && refusal?.code.exitStatus == 3)
            #expect(refusal?.message.contains("older than what was published") == true)
            #expect(refusal?.advice.contains("recover --from-delivery") == true)
        }
        #expect(try fleet.inventory().auditAnchor() == before)
        #expect(try fleet.sequences(RestoredPastTests.devices) == newer)
        _ = try await fleet.plan(at: at)
        let status = try await FleetStatus.read(fleet.workspace, at: at)
        #expect(status.attention.first?.contains("recover --from-delivery") == true)
        var codes: [String] = []
        _ = try await Verification(fleet.workspace, at: at).perform { codes.append($0.code) }
        #expect(codes.contains("inventory-older") && codes.contains("crl-newer") && codes.contains("manifest-newer"))
    }

    @Test("Recovered, nothing revoked comes back, no sequence falls, no number is used twice and no CRL gets shorter")
    func recovered() async throws {
        let (fleet, keys) = try await fleet()
        let before = (list: try fleet.list, sequences: try fleet.sequences(RestoredPastTests.devices))
        let manifests = Dictionary(
            uniqueKeysWithValues: try RestoredPastTests.devices.map {
                ($0, try fleet.folder.read("delivery/\(VerifiedWorld.manifestPath($0))"))
            })
        let handedOut = try fleet.manifest("issued").certificate
        let stolen = try fleet.certificates("stolen", .revoked)[0]
        try fleet.restoreSaved()
        let report = try await fleet.recover(at: now + .days(11))
        #expect(report.certificates == 1 && report.entries.revoked == 1 && report.entries.refusedKeys == 1)
        #expect(report.lists.map(\.number) == [before.list.number ?? 0])
        #expect(report.unknown.contains { $0.contains("ended") })

        #expect(try fleet.certificates("stolen", .revoked).map(\.fingerprint) == [stolen.fingerprint])
        #expect(try fleet.certificates("issued", .pendingActivation).map(\.fingerprint) == [handedOut.fingerprint])
        #expect(
            try fleet.inventory().planningSnapshot { try $0.isRefused(stolen.publicKey.identity) })
        try await fleet.run(at: now + .days(11))
        let after = try fleet.list
        #expect(after.number ?? 0 > before.list.number ?? 0)
        #expect(Set(after.entries).isSuperset(of: before.list.entries))
        for (device, sequence) in zip(RestoredPastTests.devices, before.sequences) {
            let manifest = try fleet.folder.read("delivery/\(VerifiedWorld.manifestPath(device))")
            #expect(try fleet.manifest(device).sequence > sequence || manifest == manifests[device], "\(device)")
        }
        #expect(try fleet.manifest("issued").sequence > before.sequences[0])
        #expect(try fleet.manifest("issued").certificate == handedOut)

        // And the fleet goes on.
        for device in ["issued", "ended", "again"] {
            try fleet.confirm(device, try #require(keys[device]), at: now + .days(12))
        }
        let outcome = try await fleet.run(at: now + .days(12))
        #expect(outcome.intake.confirmed == 3, "\(outcome.intake.rejected)")
        #expect(try fleet.certificates("issued", .active).map(\.fingerprint).contains(handedOut.fingerprint))
        var found: [Mismatch] = []
        _ = try await Verification(fleet.workspace, at: now + .days(12)).perform { found.append($0) }
        #expect(found == [])
    }

    @Test("Recovering again changes nothing, also where the first time died before its end")
    func again() async throws {
        let (fleet, _) = try await fleet()
        let mark = try fleet.folder.read("delivery/high-water.json")
        try fleet.restoreSaved()
        _ = try await fleet.recover(at: now + .days(11))
        #expect(try await fleet.recover(at: now + .days(11)).past == nil)
        let facts = try RestoredPastTests.devices.map { try fleet.story($0).listing.certificates.map(\.status) }
        let sequences = try RestoredPastTests.devices.map { try fleet.story($0).sequence }
        try fleet.folder.write("delivery/high-water.json", mark)
        let second = try await fleet.recover(at: now + .days(11))
        #expect(second.past != nil && second.newer == 0 && second.entries.revoked == 0 && second.lists.isEmpty)
        #expect(try RestoredPastTests.devices.map { try fleet.story($0).listing.certificates.map(\.status) } == facts)
        #expect(try RestoredPastTests.devices.map { try fleet.story($0).sequence } == sequences)
        try await fleet.run(at: now + .days(11))
    }

    @Test("What was issued and revoked after the backup stays on the CRL, though nobody knows whose it was")
    func unknownSerial() async throws {
        let (fleet, _) = try await fleet()
        // It is replaced by `none` in the tree: the certificate itself is nowhere.
        try await fleet.revokeNow("issued", .keyCompromise, at: now + .days(10) + .hours(1))
        let before = try fleet.list
        try fleet.restoreSaved()
        let report = try await fleet.recover(at: now + .days(11))
        #expect(report.entries.unknown == 1)
        #expect(report.unknown.contains { $0.contains("stay on the CRLs") })
        for days in [11, 50] as [Int64] {
            try await fleet.run(at: now + .days(days))
            #expect(Set(try fleet.list.entries).isSuperset(of: before.entries))
        }
    }

    @Test("What of a stolen device had expired, and so leaves the CRL soon, is not renewed after a recovery either")
    func expiredOfStolen() async throws {
        let fleet = try TestFleet(limits: "{ revoke: 100% }", authority: RestoredPastTests.crl)
        try fleet.add("stolen", left: .days(5))
        try fleet.load().handIn("stolen")
        try await fleet.run()
        try fleet.save()
        try await fleet.revokeNow("stolen", .keyCompromise, at: now + .days(8))
        let before = try fleet.list.entries
        #expect(before.count == 2)
        try fleet.restoreSaved()
        _ = try await fleet.recover(at: now + .days(9))
        #expect(try fleet.statuses("stolen") == ["REVOKED", "REVOKED"])
        try await fleet.run(at: now + .days(9))
        #expect(try fleet.manifest("stolen").action == "none")
        // That of the expired one stood on a list from after its end.
        #expect(try fleet.list.entries.count == 1 && Set(fleet.list.entries).isSubset(of: before))
        var found: [Mismatch] = []
        _ = try await Verification(fleet.workspace, at: now + .days(9)).perform { found.append($0) }
        #expect(found == [])
    }

    @Test("A lost write-ahead log is told as well")
    func lostLog() async throws {
        let fleet = try TestFleet(limits: "{ revoke: 100% }", authority: RestoredPastTests.crl)
        try fleet.add("d")
        try fleet.load()
        try await fleet.run()
        let path = fleet.workspace.configuration.inventory.text
        do {
            // As long as somebody reads, nobody clears the log away.
            let reader = try fleet.inventory()
            try fleet.handIn("d")
            try await fleet.run(at: now + .days(1))
            try FileManager.default.copyItem(atPath: path, toPath: path + ".kept")
            withExtendedLifetime(reader) {}
        }
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
        try FileManager.default.moveItem(atPath: path + ".kept", toPath: path)
        #expect(await refusal { try await fleet.run(at: now + .days(2)) }?.code == .guarded)
        #expect(try await fleet.recover(at: now + .days(2)).certificates == 1)
        #expect(try await fleet.run(at: now + .days(2)).ending == .completed)
    }

    @Test(
        "A tree that lost its mark, or has none yet, is known by its CRLs; one that is as old as the inventory is fine")
    func withoutMark() async throws {
        let (fleet, _) = try await fleet()
        let mark = fleet.folder["delivery/high-water.json"]
        for content in [nil, "", "{}"] as [String?] {
            try? FileManager.default.removeItem(atPath: mark)
            if let content { try fleet.folder.write("delivery/high-water.json", content) }
            try await fleet.run(at: now + .days(11))
            #expect(FileManager.default.fileExists(atPath: mark))
        }
        try FileManager.default.removeItem(atPath: mark)
        try fleet.restoreSaved()
        #expect(await refusal { try await fleet.run(at: now + .days(11)) }?.message.contains("number") == true)
    }

    @Test("An inventory that went on from another past is told by the audit's entry")
    func forked() async throws {
        let (fleet, _) = try await fleet()
        let mark = try fleet.folder.read("delivery/high-water.json")
        try fleet.restoreSaved()
        _ = try await fleet.recover(at: now + .days(11))
        for days in Int64(11)...25 { try await fleet.run(at: now + .days(days)) }
        try fleet.folder.write("delivery/high-water.json", mark)
        let error = await refusal { try await fleet.run(at: now + .days(26)) }
        #expect(error?.code == .guarded && error?.message.contains("another") == true)
    }

    @Test("Nothing is believed that is not signed: a forged manifest and a forged CRL are told, and change nothing")
    func forgeries() async throws {
        let (fleet, _) = try await fleet()
        let path = fleet.folder["delivery/\(VerifiedWorld.manifestPath("issued"))"]
        let payload = try UnverifiedJWS(reading: Array(try Data(contentsOf: URL(fileURLWithPath: path)))).payload
        let forged = try JWSSigner(key: PrivateKey.generate(.ecdsaP256)).sign(
            payload: payload, type: "rotation-manifest")
        try Data(forged).write(to: URL(fileURLWithPath: path))
        let other = try ThrowawayPKI(now: now)
        let list = try RevocationListSigner(authority: other.authority, signature: nil, pssHash: nil).sign(
            RevocationListOrder(
                number: 99, thisUpdate: now, nextUpdate: now + .days(9),
                entries: [
                    RevokedEntry(
                        serialNumber: try fleet.certificates("fresh", .active)[0].serialNumber, revokedAt: now,
                        reason: .keyCompromise)
                ]))
        try fleet.folder.write("delivery/crl/fleet-ca-1.crl", list.der)
        try fleet.restoreSaved()
        let report = try await fleet.recover(at: now + .days(11))
        #expect(report.certificates == 0 && report.entries == RecoveredEntries() && report.lists.isEmpty)
        #expect(report.unknown.count { $0.contains("not believed") } == 2)
        #expect(try fleet.certificates("fresh", .active).count == 1)
    }

    @Test(
        "An inventory that is made anew goes on where the tree is: sequences of devices and certificates that come in later too"
    )
    func madeAnew() async throws {
        let (fleet, _) = try await fleet()
        let before = (list: try fleet.list, sequences: try fleet.sequences(["issued", "ended"]))
        let path = fleet.workspace.configuration.inventory.text
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        _ = try SQLFleet.create(sqlite: path, sha256: SHA256.digest)
        #expect(await refusal { try fleet.load() }?.code == .guarded)
        let report = try await fleet.recover(at: now + .days(11))
        #expect(report.entries.unknown == 2 && report.unknown.contains { $0.contains("import it") })
        // The registry says that all are ACTIVE.
        try fleet.load()
        for device in ["stolen", "leaked"] { #expect(try fleet.statuses(device) == ["REVOKED"]) }
        #expect(try fleet.statuses("fresh") == ["ACTIVE"])
        try await fleet.run(at: now + .days(11))
        #expect(Set(try fleet.list.entries).isSuperset(of: before.list.entries))
        for (device, sequence) in zip(["issued", "ended"], before.sequences) {
            #expect(try fleet.manifest(device).sequence > sequence, "\(device)")
        }
    }
}
