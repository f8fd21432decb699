import Lifecycle
import RotationModel
import Testing

@testable import Fleet

@Suite("Runs, and what a run that died leaves")
struct RecoveryTests {
    @Test("A run that ended is not interrupted; one that did not is closed once")
    func runs() throws {
        let workspace = try Workspace()
        for id in ["r1", "r2", "r3"] { try workspace.beginRun(RunID(id)) }
        try workspace.inventory.endRun("r1", outcome: "done", counts: ["issued": 3], at: Workspace.now)
        #expect(try workspace.inventory.interruptedRuns() == ["r2", "r3"])
        #expect(try workspace.inventory.closeInterruptedRuns(except: "r3", at: Workspace.now) == ["r2"])
        #expect(try workspace.inventory.closeInterruptedRuns(except: "r3", at: Workspace.now) == [])
        try workspace.inventory.endRun("r2", outcome: "done", counts: [:], at: Workspace.now)
        let runs = try workspace.inventory.recentRuns(limit: 2)
        #expect(runs.map(\.id) == ["r3", "r2"])
        #expect(runs.map(\.outcome) == [nil, RunRecord.interrupted])
        #expect(try workspace.inventory.recentRuns(limit: 9).last?.counts == ["issued": 3])
        #expect(
            try workspace.auditedActions() == [
                "run-started", "run-started", "run-started", "run-ended", "run-interrupted",
            ])
        #expect(throws: RotationError.self) { try workspace.beginRun("r1") }
    }

    @Test("After a death between reserve and record the same rotation goes on, to exactly one certificate")
    func reserveWithoutRecord() throws {
        let workspace = try Workspace([FakeDevice("d")])
        let device = try workspace.planningDevice("d")
        let dead = try workspace.beginRun("dead")
        let lost = try workspace.reserveOne(device, key: "k", serial: 1, run: dead)

        let run = try workspace.beginRun("next")
        #expect(try workspace.inventory.abandonReservations(run: run, at: Workspace.now) == 1)
        #expect(try workspace.inventory.abandonReservations(run: run, at: Workspace.now) == 0)
        let result = try workspace.inventory.reserve(
            [.fake(device, serial: 2)], batch: "b", run: run, at: Workspace.now)
        let reservation = try #require(result.reserved.first)
        #expect(reservation.rotation == lost.rotation)
        #expect(reservation.spki == lost.spki)
        _ = try workspace.inventory.record([reservation.signed(key: "k")], run: run, at: Workspace.now)

        // What the dead run had signed comes too late.
        #expect(throws: RotationError.self) {
            try workspace.inventory.record([lost.signed(key: "k")], run: run, at: Workspace.now)
        }
        #expect(try workspace.show("d").listing.certificates.map(\.status) == [.active, .pendingActivation])
        #expect(try workspace.inventory.rotationsByState() == ["issued": 1])
        #expect(try workspace.auditedActions(device: "d").contains("reservation-abandoned"))
    }

    @Test("A run's own reservations are not given up")
    func ownReservations() throws {
        let workspace = try Workspace([FakeDevice("d")])
        let run = try workspace.beginRun("r")
        _ = try workspace.reserveOne(workspace.planningDevice("d"), key: "k", serial: 1, run: run)
        #expect(try workspace.inventory.abandonReservations(run: run, at: Workspace.now) == 0)
    }

    @Test("After a death between record and publish the manifest is there, word for word, in the next process")
    func recordWithoutPublish() throws {
        let workspace = try Workspace([FakeDevice("d"), FakeDevice("e")])
        let run = try workspace.beginRun("dead")
        let install = try workspace.issueOne(workspace.planningDevice("d"), key: "k", serial: 1, run: run)
        let rekey = try workspace.inventory.recordRekey(
            [.fake(workspace.planningDevice("e"), refused: "too weak")], run: run, at: Workspace.now)
        let next = try TestEngine.open(workspace.tables, .readWrite)
        #expect(try next.unpublishedManifests(limit: 9) == [install] + rekey)
        #expect(try next.unpublishedManifests(limit: 1) == [install])
        #expect(rekey.first?.requestKeys == ["ecdsa-p256", "rsa-2048+"] && rekey.first?.refused == "too weak")
        #expect(rekey.first?.requestSubject == "CN=e" && rekey.first?.certificateDER == nil)
    }

    @Test("A device that is asked for a CSR goes on with the same rotation when the CSR comes, and its sequence grows")
    func rekeyThenIssue() throws {
        let workspace = try Workspace([FakeDevice("d")])
        let device = try workspace.planningDevice("d")
        let run = try workspace.beginRun("r")
        let ask = try workspace.inventory.recordRekey([.fake(device)], run: run, at: Workspace.now)
        #expect(ask.map(\.sequence) == [1] && ask.map(\.action) == [.rekey])
        #expect(try workspace.planningDevice("d").rotation?.state == .awaitingCSR)
        let row = try workspace.planningDevice("d").rotation?.row
        let again = try workspace.inventory.recordRekey([.fake(device, refused: "x")], run: run, at: Workspace.now)
        #expect(again.map(\.sequence) == [2])
        let install = try workspace.issueOne(device, key: "k", serial: 1, run: run)
        #expect(install.sequence == 3)
        #expect(try workspace.show("d").rotations.map(\.row) == [row])
        // The manifest that asked was published too late: it is no longer the one to pick up.
        try workspace.inventory.markPublished(again, run: run, at: Workspace.now)
        #expect(try workspace.inventory.unpublishedManifests(limit: 9) == [install])
        #expect(try workspace.inventory.rotationsByState() == ["issued": 1])
    }

    @Test("A rotation whose certificate is no longer the current one gives way to one for that")
    func otherCertificate() throws {
        let workspace = try Workspace([FakeDevice("d")])
        let run = try workspace.beginRun("r")
        _ = try workspace.inventory.recordRekey([.fake(workspace.planningDevice("d"))], run: run, at: Workspace.now)
        try workspace.importText(
            FakeDevice("d", certificates: [("ACTIVE", FakeCertificate(name: "newer", notAfter: 50_000_000))]).ndjson)
        let device = try workspace.planningDevice("d")
        _ = try workspace.reserveOne(device, key: "k", serial: 1, run: run)
        #expect(try workspace.show("d").rotations.map(\.state) == [.cancelled, .ready])
        #expect(try workspace.planningDevice("d").rotation?.oldCertificate == device.active[0].row)
        #expect(try workspace.auditedActions(device: "d").contains("rotation-cancelled"))
    }

    @Test("Manifests about to expire are written anew with a higher sequence, the others stay")
    func refresh() throws {
        let workspace = try Workspace([FakeDevice("d"), FakeDevice("e")])
        let run = try workspace.beginRun("r")
        let asks = try workspace.inventory.recordRekey(
            workspace.planningDevices.map { .fake($0) }, run: run, at: Workspace.now)
        try workspace.inventory.markPublished(asks, run: run, at: Workspace.now)
        let expires = try #require(asks.first?.expires)
        #expect(
            try workspace.inventory.refreshManifests(
                expiringBefore: expires, newExpiry: expires + .days(30), limit: 9, run: run, at: Workspace.now) == [])
        let later = Workspace.now + .days(25)
        let renewed = try workspace.inventory.refreshManifests(
            expiringBefore: expires + .days(1), newExpiry: expires + .days(30), limit: 1, run: run, at: later)
        #expect(renewed.map(\.sequence) == [2])
        #expect(renewed.map(\.expires) == [expires + .days(30)] && renewed.map(\.issued) == [later])
        #expect(renewed.map(\.requestKeys) == asks.prefix(1).map(\.requestKeys))
        #expect(try workspace.inventory.unpublishedManifests(limit: 9) == renewed)
    }
}
