import Lifecycle
import RotationModel
import Testing

@testable import Fleet

@Suite("Lineage and history")
struct LineageTests {
    /// A device that was asked, answered, and got and confirmed its replacement, a day a step.
    private static func workspace() throws -> Workspace {
        let workspace = try Workspace([FakeDevice("d", labels: ["lot": "7"]), FakeDevice("e")])
        for day in Int64(0)...4 { try workspace.beginRun(RunID("r\(day)"), at: Workspace.now + .days(day)) }
        let device = try workspace.planningDevice("d")
        let inventory = workspace.inventory
        _ = try inventory.recordRekey([.fake(device)], run: "r0", at: Workspace.now)
        _ = try inventory.recordRekey([.fake(device, refused: "x")], run: "r1", at: Workspace.now + .days(1))
        try inventory.take([.fake(device, key: "k")], refused: [], run: "r1", at: Workspace.now + .days(1))
        let reserved = try inventory.reserve(
            [.fake(device, serial: 1)], batch: "b", run: "r1", at: Workspace.now + .days(1))
        let manifests = try inventory.record(
            reserved.reserved.map { try $0.signed(key: "k") }, run: "r1", at: Workspace.now + .days(1))
        try inventory.markPublished(manifests, run: "r2", at: Workspace.now + .days(2))
        try workspace.confirm("d", run: "r3", at: Workspace.now + .days(3))
        return workspace
    }

    @Test("A device's story tells each step of a rotation with its time and run, and where certificates come from")
    func story() throws {
        let workspace = try Self.workspace()
        let device = try workspace.planningDevice("d")
        _ = try workspace.inventory.complete(
            [.fake(device, device.active[1])], run: "r4", at: Workspace.now + .days(4))
        func step(_ day: Int64) -> RotationStep { RotationStep(at: Workspace.now + .days(day), run: RunID("r\(day)")) }
        let story = try workspace.show("d")
        let rotation = try #require(story.rotations.first)
        #expect(story.rotations.count == 1 && rotation.run == "r0")
        // Asked again is not asked anew: since then it waits.
        #expect(rotation.asked == step(0) && rotation.issued == step(1) && rotation.delivered == step(2))
        #expect(rotation.confirmed == step(3) && rotation.ended == step(4) && rotation.revocation == nil)
        let histories = story.listing.certificates.map(\.history)
        #expect(
            histories == [
                CertificateHistory(
                    parent: nil, confirmedAt: nil, replacedAt: Workspace.now + .days(3), revocation: nil),
                CertificateHistory(
                    parent: FakeCertificate(name: "d").fingerprint, confirmedAt: Workspace.now + .days(3),
                    replacedAt: nil, revocation: nil),
            ])
    }

    @Test("A rotation that is given up ends at that time")
    func cancelled() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        _ = try workspace.inventory.recordRekey([.fake(workspace.planningDevice("d"))], run: "r", at: Workspace.now)
        try workspace.importText(
            FakeDevice("d", certificates: [("ACTIVE", FakeCertificate(name: "newer", notAfter: 50_000_000))]).ndjson)
        _ = try workspace.reserveOne(workspace.planningDevice("d"), key: "k", serial: 1, run: "r")
        let ended = RotationStep(at: Workspace.now, run: "r")
        #expect(try workspace.show("d").rotations.map(\.ended) == [ended, nil])
        // From a CSR that came unasked, nothing was asked.
        #expect(try workspace.show("d").rotations.map { $0.asked == nil } == [false, true])
    }

    @Test("Open rotations are listed with when they were asked and delivered")
    func listing() throws {
        let workspace = try Self.workspace()
        let rotation = try #require(try workspace.inventory.openRotations().first)
        #expect(rotation.state == .confirmed)
        #expect(rotation.askedAt == Workspace.now && rotation.deliveredAt == Workspace.now + .days(2))
    }

    @Test("Planning sees the replacement and its steps, and how long a CSR has waited")
    func planning() throws {
        let workspace = try Self.workspace()
        let rotation = try #require(try workspace.planningDevice("d").rotation)
        let replacement = try #require(try workspace.certificates("d").last)
        #expect(rotation.newCertificate == replacement.row)
        #expect(rotation.issuedAt == Workspace.now + .days(1) && rotation.deliveredAt == Workspace.now + .days(2))
        #expect(rotation.confirmedAt == Workspace.now + .days(3) && rotation.revocation == nil)
        try workspace.inventory.take(
            [.fake(workspace.planningDevice("e"), key: "ke")], refused: [], run: "r4", at: Workspace.now + .days(4))
        #expect(try workspace.planningDevice("e").request?.receivedAt == Workspace.now + .days(4))
        #expect(try workspace.inventory.planningSnapshot { try $0.activeCertificateCount } == 3)
    }

    @Test("What a confirmation will make of a device can be seen before it is taken in")
    func outlook() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        try workspace.deliver("d", run: "r")
        var foreseen = try workspace.planningDevice("d")
        let later = Workspace.now + .days(1)
        foreseen.suppose(.confirmed(RowID(99)), at: later)
        #expect(foreseen.rotation?.state == .delivered)
        foreseen.suppose(.confirmed(RowID(foreseen.pending[0].row)), at: later)
        try workspace.confirm("d", run: "r", at: later)
        let confirmed = try workspace.planningDevice("d")
        #expect(foreseen.active == confirmed.active && foreseen.pending == confirmed.pending)
        #expect(foreseen.rotation == confirmed.rotation)
    }

    @Test("Revocation finds certificates by key, lineage, fingerprint, device and serial number, of any status")
    func revocable() throws {
        let shared = FakeCertificate(name: "shared", key: "k-shared", serial: [9])
        let workspace = try Self.workspace()
        try workspace.importText(
            FakeDevice("x", certificates: [("REVOKED", shared)]).ndjson
                + FakeDevice(
                    "y",
                    certificates: [
                        ("REVOKED", shared),
                        ("INACTIVE", FakeCertificate(name: "y", key: "k-shared", issuer: "CN=B", serial: [9])),
                    ]
                ).ndjson)
        try workspace.inventory.planningSnapshot { snapshot throws in
            var all: [RevocableCertificate] = []
            try snapshot.forEachCertificate { certificate throws in
                // The body may ask for more while it goes on.
                #expect(try snapshot.certificate(row: certificate.row) == certificate)
                all.append(certificate)
            }
            #expect(all.map(\.device.text) == ["d", "e", "d", "x", "y", "y"])
            #expect(all.map(\.status) == [.active, .active, .active, .revoked, .revoked, .inactive])
            let (old, new, y) = (all[0], all[2], all[5])
            #expect(new.parent == old.row && new.causedBy == nil && old.parent == nil)
            #expect(old.replacedAt == Workspace.now + .days(3) && new.confirmedAt == old.replacedAt)
            #expect(try snapshot.labels(ofSet: old.labelSet)["lot"] == "7")
            #expect(try snapshot.issuerName(y.issuer) == "CN=B")
            #expect(try snapshot.accountName(y.account).text == "111122223333")
            #expect(y.key == .ecdsaP256 && y.signature == .ecdsaWithSHA256 && y.serialNumber.bytes == [9])
            #expect(try snapshot.certificates(withKey: y.publicKey.identity) == [all[3], all[4], y])
            #expect(try snapshot.certificates(withFingerprint: shared.fingerprint) == [all[3], all[4]])
            #expect(try snapshot.certificates(renewing: old.row) == [new])
            #expect(try snapshot.certificates(renewing: new.row) == [])
            #expect(try snapshot.certificates(ofDevice: y.deviceRow) == [all[4], y])
            #expect(try snapshot.certificates(serial: SerialNumber(bytes: [9]), issuer: "CN=B") == [y])
            #expect(try snapshot.certificates(serial: SerialNumber(bytes: [9]), issuer: "CN=none") == [])
            #expect(try snapshot.certificates(serial: SerialNumber(bytes: [9])) == [all[3], all[4], y])
            #expect(try snapshot.certificate(row: 99) == nil)
            #expect(try snapshot.issuerNames().map(\.name) == ["CN=Test CA", "CN=B"])
        }
    }
}
