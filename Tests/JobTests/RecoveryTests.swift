import Delivery
import Fleet
import Foundation
import Lifecycle
import PKI
import RotationModel
import RotationTesting
import System
import Testing

@testable import Intake
@testable import Job
@testable import Planning

@Suite("What a run that died has left")
struct RecoveryTests {
    /// Where the earlier run died.
    enum Death: String, CaseIterable, Sendable {
        case began = "after it began"
        case taken = "after the CSR was recorded, with the file still in the inbox"
        case reserved = "after a serial number was reserved"
        case recorded = "after the certificate was recorded"
        case staged = "while the manifest was written beside its place"
        case published = "after the manifest was in place, before that was recorded"

        func isAfter(_ other: Death) -> Bool {
            guard let mine = Death.allCases.firstIndex(of: self), let others = Death.allCases.firstIndex(of: other)
            else { return false }
            return mine >= others
        }
    }

    @Test("Wherever it died, the next run ends with exactly one replacement", arguments: Death.allCases)
    func oneReplacement(_ death: Death) async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.add("d2", left: .days(60))
        try fleet.load()
        let key = try fleet.handIn("d1")
        let manifestPath = "delivery/\(DeliveryTree.manifestPath(of: "d1"))"
        let staged = fleet.folder[(manifestPath as NSString).deletingLastPathComponent] + "/.d1.jws.new"
        var recorded: ManifestRecord?
        var serial: SerialNumber?
        do {
            let dead = try DeadRun(fleet)
            if death.isAfter(.taken) { try dead.take("d1", key) }
            if death.isAfter(.reserved) {
                let reservation = try dead.reserve("d1")
                serial = reservation.order.serial
                if death.isAfter(.recorded) { recorded = try dead.record(reservation) }
            }
            if death == .staged {
                try fleet.folder.write(String(staged.dropFirst(fleet.folder.path.utf8.count + 1)), "eyJ")
            }
            if death == .published, let recorded { try dead.publish(recorded) }
        }

        let outcome = try await fleet.run()
        #expect(outcome.ending == .completed)
        #expect(outcome.recovery.interruptedRuns == [DeadRun.id])
        #expect(outcome.recovery.abandonedReservations == (death == .reserved ? 1 : 0))
        #expect(outcome.recovery.publishedManifests == (death.isAfter(.recorded) ? 1 : 0))
        #expect(outcome.intake.taken == (death == .began ? 1 : 0))
        #expect(outcome.intake.known == (death == .began ? 0 : 1))
        #expect(outcome.lines == (death.isAfter(.recorded) ? [] : ["d1 issued"]))

        let replacements = try fleet.certificates("d1", .pendingActivation)
        #expect(replacements.map(\.publicKey) == [key.publicKey])
        let manifest = try fleet.manifest("d1")
        #expect((manifest.sequence, manifest.action) == (1, "install"))
        #expect(try manifest.certificate == replacements.first)
        if let recorded { #expect(try manifest.certificate.der == recorded.certificateDER) }
        if death == .reserved { #expect(replacements.first?.serialNumber != serial) }
        #expect(try fleet.story("d1").rotations.map(\.state) == [.delivered])
        #expect(try fleet.waitingFiles == [])
        #expect(!Files.exists(staged))
        #expect(try fleet.inventory().interruptedRuns() == [])
        #expect(try fleet.inventory().recentRuns(limit: 2).map(\.outcome) == ["completed", "interrupted"])
        #expect(try fleet.inventory().verifyAuditChain() == nil)

        let again = try await fleet.run(at: TestFleet.now + .hours(1))
        #expect(again.lines == [] && again.recovery.isEmpty)
        #expect(try fleet.manifest("d1").sequence == 1)
        #expect(try fleet.certificates("d1", .pendingActivation) == replacements)
    }

    @Test("A serial number that was given up is in the records, and is never taken again")
    func abandonedSerial() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.add("d2", left: .days(60))
        try fleet.load()
        let dead = try DeadRun(fleet)
        for device in ["d1", "d2"] { try dead.take(device, try PrivateKey.generate(.ecdsaP256)) }
        let serial = try dead.reserve("d1").order.serial
        try dead.inventory.endRun(DeadRun.id, outcome: "failed", counts: [:], at: DeadRun.at)
        // A run that said that it failed has left as much as one that died.
        let outcome = try await fleet.run()
        #expect(outcome.recovery.interruptedRuns == [])
        #expect(outcome.recovery.abandonedReservations == 1)
        #expect(try fleet.certificates("d1", .pendingActivation).first?.serialNumber != serial)
        var told: [String] = []
        try fleet.inventory().audit(device: "d1") { if $0.action == "reservation-abandoned" { told.append($0.detail) } }
        #expect(told.count == 1 && told[0].contains(serial.hex) && told[0].contains(DeadRun.id.text))

        func refusal(of run: RunID) -> RotationError? {
            #expect(throws: RotationError.self) {
                try dead.inventory.reserve([dead.order("d2", serial: serial)], batch: "b", run: run, at: DeadRun.at)
            }
        }
        #expect(refusal(of: DeadRun.id)?.code == .locked, "it ended, and writes no more")
        try dead.inventory.beginRun(
            RunRecord(id: "next", startedAt: DeadRun.at, now: DeadRun.at, actor: "test", host: "elsewhere", pid: 1),
            for: .job, unless: { _ in false })
        #expect(refusal(of: "next")?.code == .inventory)
    }

    @Test("What an earlier run asked for is published by the next, under its own sequence number")
    func rekeyLeft() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.load()
        do {
            let dead = try DeadRun(fleet)
            let order = try dead.order("d1")
            _ = try dead.inventory.recordRekey(
                [
                    RekeyOrder(
                        deviceRow: order.deviceRow, device: order.device, oldCertificate: order.oldCertificate,
                        cause: order.cause,
                        keys: ["ecdsa-p256"], subject: "CN=d1", refused: nil, expires: DeadRun.at + .days(30))
                ], run: DeadRun.id, at: DeadRun.at)
        }
        let outcome = try await fleet.run()
        #expect(outcome.lines == [])
        #expect(outcome.recovery.publishedManifests == 1)
        let manifest = try fleet.manifest("d1")
        #expect((manifest.sequence, manifest.action) == (1, "rekey"))
        #expect(manifest.json["run"] as? String == DeadRun.id.text)
    }

    @Test("A run that cannot publish fails with the error, and the next one completes it: one replacement each")
    func cannotPublish() async throws {
        let policy = PolicyText(rekey: "allowed", rollout: "{ batch: 1 }")
        let fleet = try TestFleet(policies: policyFile([policy]))
        let devices = ["d1", "d2", "d3"]
        for device in devices { try fleet.add(device) }
        try fleet.load()
        try fleet.folder.write("delivery/manifests", "in the way")

        let error = try await #require(throws: RotationError.self) { try await fleet.run() }
        #expect(error.code == .io)
        #expect(error.place.contains("delivery/manifests"))
        let run = try #require(try fleet.inventory().recentRuns(limit: 1).first)
        #expect(run.outcome == "failed" && run.endedAt != nil)

        try FileManager.default.removeItem(atPath: fleet.folder["delivery/manifests"])
        let outcome = try await fleet.run()
        #expect(outcome.ending == .completed)
        #expect(outcome.recovery.interruptedRuns == [])
        #expect(outcome.recovery.publishedManifests + outcome.count(.issued) == 3)
        #expect(outcome.recovery.publishedManifests >= 1 && outcome.recovery.publishedManifests <= 2)
        for device in devices {
            #expect(try fleet.certificates(device, .pendingActivation).count == 1)
            #expect(try fleet.manifest(device).sequence == 1)
            #expect(try fleet.story(device).rotations.map(\.state) == [.delivered])
        }
        #expect(try await fleet.run().lines == [])
    }

    @Test("A run that cannot move a bad file aside says so and goes on with the others")
    func cannotReject() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.load()
        let key = try fleet.handIn("d1")
        try fleet.put("zz.csr", Array("junk".utf8))
        try FileManager.default.removeItem(atPath: fleet.folder["inbox/rejected"])
        try fleet.folder.write("inbox/rejected", "in the way")
        let hindered = try await fleet.run()
        #expect(hindered.lines == ["d1 issued"])
        #expect(hindered.ending == .partial)
        #expect(hindered.intake.obstacles.count == 1 && hindered.intake.obstacles[0].contains("inbox/rejected"))
        #expect(try fleet.waitingFiles == ["zz.csr"])
        try FileManager.default.removeItem(atPath: fleet.folder["inbox/rejected"])
        let outcome = try await fleet.run()
        #expect(outcome.lines == [] && outcome.ending == .completed)
        #expect(outcome.intake.rejected.map(\.file) == ["zz.csr"])
        #expect(try fleet.manifest("d1").certificate.publicKey == key.publicKey)
    }
}
