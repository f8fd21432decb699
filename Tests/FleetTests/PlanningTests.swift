import RotationModel
import Testing

@testable import Fleet

@Suite("Planning's view of the inventory")
struct PlanningTests {
    @Test(
        "Only devices with an ACTIVE certificate are planned for, in the order of their ids",
        arguments: CertificateStatus.allCases)
    func onlyActive(status: CertificateStatus) throws {
        let workspace = try Workspace([
            FakeDevice("b", certificates: [(status.rawValue, FakeCertificate(name: "b"))]), FakeDevice("c"),
            FakeDevice("a"),
        ])
        let expected = status == .active ? ["a", "b", "c"] : ["a", "c"]
        #expect(try workspace.planningDevices.map(\.id.text) == expected)
        let pending = FakeCertificate(name: "a2")
        try workspace.importText(FakeDevice("a", certificates: [(status.rawValue, pending)]).ndjson)
        let a = try workspace.planningDevice("a")
        #expect(a.active.count == (status == .active ? 2 : 1))
        #expect(a.pending.map(\.fingerprint) == (status == .pendingActivation ? [pending.fingerprint] : []))
        try workspace.inventory.planningSnapshot { snapshot throws in
            #expect(try snapshot.deviceCount == 3)
            #expect(try snapshot.certificateCount == 4)
            #expect(try snapshot.activeCertificateCount == (status == .active ? 4 : 2))
        }
    }

    @Test("The current certificate has the latest notAfter, then the latest notBefore, then the first fingerprint")
    func current() throws {
        let certificates = [
            FakeCertificate(name: "1", notBefore: 50, notAfter: 100),
            FakeCertificate(name: "2", notBefore: 10, notAfter: 200),
            FakeCertificate(name: "3", notBefore: 20, notAfter: 200),
            FakeCertificate(name: "4", notBefore: 20, notAfter: 200),
        ]
        let workspace = try Workspace([FakeDevice("d", certificates: certificates.map { ("ACTIVE", $0) })])
        let device = try workspace.planningDevice("d")
        let twins = [certificates[2], certificates[3]].map(\.fingerprint).sorted { $0.hex < $1.hex }
        #expect(device.active.map(\.fingerprint) == twins + [certificates[1].fingerprint, certificates[0].fingerprint])
    }

    @Test("A planned device has its certificate's facts, account, labels and issuer")
    func facts() throws {
        let certificate = FakeCertificate(
            name: "c", notBefore: 5, notAfter: 6, key: "k", algorithm: "rsa-1024", issuer: "CN=Other CA")
        let workspace = try Workspace([
            FakeDevice("d", account: "acc", labels: ["x": "y"], certificates: [("ACTIVE", certificate)]),
            FakeDevice("e", labels: ["x": "y"]),
        ])
        try workspace.inventory.planningSnapshot { snapshot in
            var devices: [PlanningDevice] = []
            try snapshot.forEachDeviceWithActiveCertificate { devices.append($0) }
            let device = devices[0]
            let found = device.active[0]
            #expect(found.fingerprint == certificate.fingerprint)
            #expect(found.keyIdentity == certificate.keyIdentity)
            #expect(found.notBefore.seconds == 5 && found.notAfter.seconds == 6)
            #expect(found.key == .rsa(bits: 1024) && found.keyWeakness == "too short")
            #expect(devices[1].active[0].keyWeakness == nil)
            #expect(found.signature == .ecdsaWithSHA256 && !found.isSignatureWeak)
            #expect(try snapshot.issuerName(found.issuer) == "CN=Other CA")
            #expect(try snapshot.accountName(device.account).text == "acc")
            #expect(try snapshot.labels(ofSet: device.labelSet) == ["x": "y"])
            #expect(devices[0].labelSet == devices[1].labelSet)
            #expect(device.rotation == nil && device.request == nil && device.refused == nil)
        }
    }

    @Test("A key is shared when certificates of two devices have it, not when two of one device do")
    func sharedKeys() throws {
        let workspace = try Workspace([
            FakeDevice("a", certificates: [("ACTIVE", FakeCertificate(name: "a", key: "shared"))]),
            FakeDevice("b", certificates: [("REVOKED", FakeCertificate(name: "b", key: "shared"))]),
            FakeDevice(
                "c",
                certificates: [
                    ("ACTIVE", FakeCertificate(name: "c1", key: "own")),
                    ("INACTIVE", FakeCertificate(name: "c2", key: "own")),
                ]),
        ])
        let shared = try workspace.inventory.planningSnapshot { try $0.sharedKeys() }
        #expect(shared == [FakeCertificate.keyIdentity("shared")])
    }

    @Test("The holder of a key is another device with it in a certificate or a waiting CSR")
    func holder() throws {
        let workspace = try Workspace([
            FakeDevice("a", certificates: [("INACTIVE", FakeCertificate(name: "a", key: "ka"))]), FakeDevice("b"),
        ])
        let b = try workspace.planningDevice("b")
        let run = try workspace.beginRun("r")
        try workspace.inventory.take([.fake(b, key: "kb")], refused: [], run: run, at: Workspace.now)
        try workspace.inventory.planningSnapshot { snapshot in
            let row = try #require(try snapshot.intakeContext(DeviceID(checked: "a"))).deviceRow
            func certified(_ key: String, _ device: Int64) throws -> Bool {
                try snapshot.isCertified(FakeCertificate.keyIdentity(key), otherThan: device)
            }
            func waiting(_ key: String, _ device: Int64) throws -> [String] {
                try snapshot.requests(withKey: FakeCertificate.keyIdentity(key), otherThan: device).map(\.device.text)
            }
            #expect(try certified("ka", b.row) && !certified("ka", row) && !certified("kb", row))
            #expect(try waiting("kb", row) == ["b"])
            #expect(try waiting("kb", b.row) == [] && waiting("ka", b.row) == [] && waiting("none", row) == [])
        }
    }

    @Test("Taking in a CSR sees the device's keys, current certificate and what waits")
    func intake() throws {
        let old = FakeCertificate(name: "old", notAfter: 10)
        let workspace = try Workspace([
            FakeDevice(
                "d", labels: ["x": "y"], certificates: [("INACTIVE", old), ("ACTIVE", FakeCertificate(name: "now"))])
        ])
        let run = try workspace.beginRun("r")
        try workspace.inventory.take(
            [.fake(workspace.planningDevice("d"), key: "next")], refused: [], run: run, at: Workspace.now)
        let context = try #require(
            try workspace.inventory.planningSnapshot { try $0.intakeContext(DeviceID(checked: "d")) })
        #expect(context.current?.fingerprint == FakeCertificate(name: "now").fingerprint)
        #expect(context.currentIssuer == "CN=Test CA")
        #expect(context.labels == ["x": "y"])
        #expect(context.ownKeys.map(\.status) == [.inactive, .active])
        #expect(context.ownKeys.map(\.key) == [old.keyIdentity, FakeCertificate(name: "now").keyIdentity])
        #expect(context.waiting?.publicKey.identity == FakeCertificate.keyIdentity("next"))
        #expect(context.pendingReplacementKey == nil)
        #expect(try workspace.inventory.planningSnapshot { try $0.intakeContext(DeviceID(checked: "x")) } == nil)
    }

    @Test("Long device ids are found by their bytes")
    func longIDs() throws {
        let workspace = try Workspace([FakeDevice("日本日本"), FakeDevice("abcdefghijk"), FakeDevice("short")])
        let long = try workspace.inventory.planningSnapshot { try $0.longDeviceIDs(bytesOver: 11) }
        #expect(long.map(\.text) == ["日本日本"])
    }
}
