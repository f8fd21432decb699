import Foundation
import RotationModel
import Testing

@testable import Fleet

/// What a gate asks of the registry.
@Suite("Who shows a certificate")
struct AdmissionTests {
    private func records(_ workspace: Workspace, _ certificate: FakeCertificate) throws -> [RegisteredCertificate] {
        try workspace.inventory.planningSnapshot {
            try $0.registeredCertificates(withFingerprint: certificate.fingerprint)
        }
    }

    @Test("A certificate is found by its fingerprint, with its device, account, dates and key")
    func found() throws {
        let certificate = FakeCertificate(name: "c1", notBefore: 10, notAfter: 20, key: "k1", issuer: "CN=X")
        let weak = FakeCertificate(name: "c2", algorithm: "rsa-1024")
        let workspace = try Workspace([
            FakeDevice("d1", account: "4", labels: ["site": "north"], certificates: [("INACTIVE", certificate)]),
            FakeDevice("d2", certificates: [("ACTIVE", weak)]),
        ])
        let record = try #require(try records(workspace, certificate).first)
        #expect(try records(workspace, certificate).count == 1)
        #expect(record.fingerprint == certificate.fingerprint)
        #expect((record.device.text, record.account.text) == ("d1", "4"))
        #expect(record.status == .inactive)
        #expect((record.notBefore.seconds, record.notAfter.seconds) == (10, 20))
        #expect(record.key == .ecdsaP256)
        #expect(record.keyWeakness == nil)
        #expect(record.publicKey == FakeCertificate.key("k1"))
        #expect(!record.isKeyRefused)
        #expect(!record.isOpenReplacement)
        #expect(try records(workspace, weak).first?.keyWeakness == "too short")
        #expect(try records(workspace, FakeCertificate(name: "nobody")).isEmpty)
    }

    @Test("One that two devices present is found twice")
    func shared() throws {
        let certificate = FakeCertificate(name: "c1")
        let workspace = try Workspace([
            FakeDevice("d1", certificates: [("ACTIVE", certificate)]),
            FakeDevice("d2", certificates: [("ACTIVE", certificate)]),
        ])
        #expect(try records(workspace, certificate).map(\.device.text) == ["d1", "d2"])
    }

    @Test("A key that an order names is refused, and one that was exposed: everybody's or the device's alone")
    func refused() throws {
        let workspace = try Workspace(["d1", "d2", "d3", "d4"].map { FakeDevice($0) })
        let run = try workspace.beginRun("r1")
        let order = try workspace.inventory.ensureRevocationOrder(
            name: "stolen", reason: .keyCompromise, mode: .revokeNow, deadline: nil, run: run, at: Workspace.now)
        try workspace.inventory.refuseKeys([FakeCertificate.key("d1")], order: order, run: run, at: Workspace.now)
        let row = try workspace.planningDevice("d3").row
        var intake = RequestIntake()
        intake.exposed = [
            ExposedKey(publicKey: FakeCertificate.key("d2"), deviceRow: nil, device: nil),
            ExposedKey(publicKey: FakeCertificate.key("d3"), deviceRow: row, device: nil),
            ExposedKey(publicKey: FakeCertificate.key("d4"), deviceRow: row, device: nil),
        ]
        try workspace.inventory.take(intake, run: run, at: Workspace.now)
        for (device, isRefused) in [("d1", true), ("d2", true), ("d3", true), ("d4", false)] {
            #expect(try records(workspace, FakeCertificate(name: device)).first?.isKeyRefused == isRefused, "\(device)")
        }
    }

    @Test("The current certificate is the one that decisions are about; none where none is ACTIVE")
    func current() throws {
        let (early, late) = (
            FakeCertificate(name: "c1", notAfter: 50), FakeCertificate(name: "c2", notAfter: 60, issuer: "CN=X")
        )
        let inactive = FakeCertificate(name: "c3", notAfter: 70)
        let workspace = try Workspace([
            FakeDevice(
                "d1", labels: ["site": "north"],
                certificates: [("ACTIVE", early), ("ACTIVE", late), ("INACTIVE", inactive)]),
            FakeDevice("d2", certificates: [("REVOKED", FakeCertificate(name: "c4"))]),
        ])
        try workspace.inventory.planningSnapshot { view in
            let last = try #require(try view.registeredCertificates(withFingerprint: late.fingerprint).first)
            #expect(
                try view.currentCertificate(ofDevice: last.deviceRow)
                    == CurrentCertificate(row: last.row, issuer: "CN=X", labels: ["site": "north"]))
            let off = try #require(
                try view.registeredCertificates(withFingerprint: FakeCertificate(name: "c4").fingerprint).first)
            #expect(try view.currentCertificate(ofDevice: off.deviceRow) == nil)
        }
        #expect(try workspace.planningDevice("d1").active.first?.fingerprint == late.fingerprint)
    }

    @Test(
        "What was issued for a key is found while the device may use or confirm it, and only where it came after what is shown"
    )
    func issued() throws {
        let workspace = try Workspace([FakeDevice("d1"), FakeDevice("d2")])
        let run = try workspace.beginRun("r1")
        let device = try workspace.planningDevice("d1")
        let key = FakeCertificate.keyIdentity("k-new")
        func issued(_ device: Int64, _ key: KeyIdentity, after row: Int64) throws -> IssuedCertificate? {
            try workspace.inventory.planningSnapshot {
                try $0.issuedCertificate(toDevice: device, forKey: key, after: row)
            }
        }
        let old = device.active[0]
        #expect(try issued(device.row, key, after: old.row) == nil)
        let manifest = try workspace.issueOne(device, key: "k-new", serial: 1, run: run)
        let found = try #require(try issued(device.row, key, after: old.row))
        #expect(found.der == manifest.certificateDER)
        #expect(found.status == .pendingActivation)
        #expect(found.notAfter.seconds == 99_000_000)
        let new = FakeCertificate(
            name: "new-d1", notBefore: Workspace.now.seconds, notAfter: 99_000_000, key: "k-new", serial: [0x40, 1])
        #expect(try records(workspace, new).map(\.isOpenReplacement) == [true])
        #expect(try records(workspace, FakeCertificate(name: "d1")).map(\.isOpenReplacement) == [false])
        #expect(try issued(device.row, key, after: found.row) == nil)
        #expect(try issued(device.row + 1, key, after: 0) == nil)
        // What was imported was issued by somebody else.
        #expect(try issued(device.row, old.keyIdentity, after: 0) == nil)
        // The registry takes it back: the rotation that would confirm it is over.
        _ = try workspace.tables.withWriter {
            try Query($0, "UPDATE rotations SET state = 'cancelled', open = 0").run()
        }
        #expect(try issued(device.row, key, after: old.row) == nil)
        #expect(try records(workspace, new).map(\.isOpenReplacement) == [false])
        for (status, isThere) in [("ACTIVE", true), ("INACTIVE", false), ("REVOKED", false)] {
            _ = try workspace.tables.withWriter {
                try Query($0, "UPDATE certificates SET status = ? WHERE id = ?").run([
                    .text(status), .integer(found.row),
                ])
            }
            #expect(try (issued(device.row, key, after: old.row) != nil) == isThere, "\(status)")
        }
    }

    @Test("A CSR waits until it is forgotten; why one was refused is told of what came after an entry")
    func requests() throws {
        let workspace = try Workspace([FakeDevice("d1"), FakeDevice("d2")])
        let run = try workspace.beginRun("r1")
        let row = try workspace.planningDevice("d1").row
        let d1 = DeviceID(checked: "d1")
        let key = FakeCertificate.key("new")
        func view<T>(_ body: (any FleetView) throws -> T) throws -> T { try workspace.inventory.planningSnapshot(body) }
        #expect(try !view { try $0.isRequestWaiting(ofDevice: row, withKey: key.identity) })
        let request = TakenRequest(
            deviceRow: row, device: d1, spki: [1], keyFingerprint: key.fingerprint, keyIdentity: key.identity,
            algorithm: .ecdsaP256)
        try workspace.inventory.take([request], refused: [], run: run, at: Workspace.now)
        #expect(try view { try $0.isRequestWaiting(ofDevice: row, withKey: key.identity) })
        #expect(try !view { try $0.isRequestWaiting(ofDevice: row + 1, withKey: key.identity) })
        #expect(try !view { try $0.isRequestWaiting(ofDevice: row, withKey: FakeCertificate.keyIdentity("other")) })

        let before = try view { try $0.newestAuditEntry() }
        #expect(before > 0)
        #expect(try view { try $0.requestRefusal(of: d1, afterEntry: 0) } == nil)
        for reason in ["weak-key: first", "weak-key: last"] {
            let refused = RefusedFile(deviceRow: row, device: d1, file: "d1.csr", reason: reason)
            try workspace.inventory.take([], refused: [refused], run: run, at: Workspace.now)
        }
        #expect(try view { try $0.requestRefusal(of: d1, afterEntry: before) } == "weak-key: last")
        #expect(try view { try $0.requestRefusal(of: DeviceID(checked: "d2"), afterEntry: 0) } == nil)
        let after = try view { try $0.newestAuditEntry() }
        #expect(try view { try $0.requestRefusal(of: d1, afterEntry: after) } == nil)
    }

    @Test("Revocations are told in their order, from a number on")
    func revocations() throws {
        let devices = (1...5).map { FakeDevice("d\($0)") }
        let workspace = try Workspace(devices)
        func view<T>(_ body: (any FleetView) throws -> T) throws -> T { try workspace.inventory.planningSnapshot(body) }
        #expect(try view { try $0.newestRevocation() } == 0)
        for name in ["d3", "d1", "d5"] {
            try workspace.importText(
                FakeDevice(name, certificates: [("REVOKED", FakeCertificate(name: name))]).ndjson)
        }
        let all = try view { try $0.revocations(after: 0, limit: 10) }
        #expect(all.map(\.fingerprint) == ["d3", "d1", "d5"].map { FakeCertificate(name: $0).fingerprint })
        #expect(all.map(\.number) == all.map(\.number).sorted())
        #expect(try view { try $0.newestRevocation() } == all.last?.number)
        #expect(try view { try $0.revocations(after: 0, limit: 2) } == Array(all.prefix(2)))
        #expect(try view { try $0.revocations(after: all[0].number, limit: 10) } == Array(all.dropFirst()))
    }
}

@Suite("Watching an inventory that others write")
struct WatchingTests {
    private func watch(_ workspace: Workspace) throws -> SQLFleet {
        try TestEngine.open(workspace.tables, .live)
    }

    @Test("Each read sees what was committed last, and nothing can be written")
    func reads() throws {
        let workspace = try Workspace([FakeDevice("d1")])
        let watching = try watch(workspace)
        #expect(try watching.planningSnapshot { try $0.deviceCount } == 1)
        try workspace.importText(FakeDevice("d2").ndjson)
        #expect(try watching.planningSnapshot { try $0.deviceCount } == 2)
        #expect(failure { try watching.forgetAnsweredRequests() }?.code == .inventory)
        #expect(!watching.isReplaced)
    }

    @Test("After a change of the tables reads fail; opened again, they do not", .enabled(if: TestEngine.isSQLite))
    func schema() throws {
        let workspace = try Workspace([FakeDevice("d1")])
        let watching = try watch(workspace)
        _ = try workspace.tables.withWriter { try Query($0, "CREATE TABLE other (x)").run() }
        #expect(failure { try watching.planningSnapshot { try $0.deviceCount } }?.code == .inventory)
        #expect(try watch(workspace).planningSnapshot { try $0.deviceCount } == 1)
    }

    @Test("A file that was replaced, or is gone, is noticed", .enabled(if: TestEngine.isSQLite))
    func replaced() throws {
        let workspace = try Workspace([FakeDevice("d1")])
        let path = workspace.tables.place
        let watching = try watch(workspace)
        #expect(!watching.isReplaced)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
        #expect(watching.isReplaced)
        #expect(failure { try watch(workspace) }?.code == .inventory)
        #expect(!FileManager.default.fileExists(atPath: path))
        try FileManager.default.copyItem(atPath: path + ".old", toPath: path)
        #expect(watching.isReplaced)
        #expect(!(try watch(workspace).isReplaced))
    }
}
