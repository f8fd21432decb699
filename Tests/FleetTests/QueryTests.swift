import Lifecycle
import RotationModel
import Testing

@testable import Fleet

@Suite("Reading the inventory")
struct QueryTests {
    static let fleet = [
        FakeDevice("a", labels: ["stage": "field", "lot": "1"]),
        FakeDevice(
            "b", labels: ["stage": "field"],
            certificates: [("REVOKED", FakeCertificate(name: "b", notAfter: 2_000_001))]),
        FakeDevice(
            "c", labels: ["stage": "lab"],
            certificates: [
                ("ACTIVE", FakeCertificate(name: "c", notAfter: 2_500_000, algorithm: "rsa-2048", issuer: "CN=B")),
                ("INACTIVE", FakeCertificate(name: "c0", notAfter: 1)),
            ]),
        FakeDevice("d", account: "other", certificates: [("ACTIVE", FakeCertificate(name: "d", notAfter: 1_999_999))]),
        FakeDevice("e", certificates: []),
    ]

    @Test(
        "A list has the devices that the filter matches, with the certificates it asks for",
        arguments: [
            (ListFilter(), ["a:1", "b:1", "c:2", "d:1", "e:0"]),
            (ListFilter(status: .active), ["a:1", "c:1", "d:1"]),
            (ListFilter(labels: [("stage", "field")]), ["a:1", "b:1"]),
            (ListFilter(labels: [("stage", "field"), ("lot", "1")]), ["a:1"]),
            (ListFilter(labels: [("stage", "none")]), []),
            (ListFilter(notAfterBefore: Timestamp(seconds: 2_500_000)), ["b:1", "c:1", "d:1"]),
            (ListFilter(status: .active, notAfterBefore: Timestamp(seconds: 2_500_001)), ["c:1", "d:1"]),
        ] as [(ListFilter, [String])])
    func list(filter: ListFilter, expected: [String]) throws {
        let workspace = try Workspace(Self.fleet)
        var found: [String] = []
        try workspace.inventory.list(filter) { found.append("\($0.device):\($0.certificates.count)") }
        #expect(found == expected)
    }

    @Test("The summary counts devices, certificates, what expires when, and who has none")
    func summary() throws {
        let workspace = try Workspace(Self.fleet)
        let summary = try workspace.inventory.summary(at: Workspace.now)
        #expect(summary.devices == 5 && summary.certificates == 5 && summary.accounts == 2)
        #expect(
            summary.byStatus == [
                .init(name: "ACTIVE", count: 3), .init(name: "INACTIVE", count: 1), .init(name: "REVOKED", count: 1),
            ])
        #expect(summary.byKeyAlgorithm == [.init(name: "ecdsa-p256", count: 2), .init(name: "rsa-2048", count: 1)])
        #expect(summary.byIssuer == [.init(name: "CN=Test CA", count: 2), .init(name: "CN=B", count: 1)])
        #expect(summary.expired == 1)
        #expect(
            summary.expiringWithin7Days == 1 && summary.expiringWithin30Days == 1 && summary.expiringWithin90Days == 2)
        #expect(summary.devicesWithoutActive == 2)
    }

    @Test(
        "At its notAfter a certificate is not expired; a second later it is",
        arguments: [(0, 0), (1, 1)] as [(Int64, Int)])
    func expiry(secondsPast: Int64, expired: Int) throws {
        let workspace = try Workspace([FakeDevice("d")])
        let notAfter = Timestamp(seconds: FakeCertificate(name: "").notAfter)
        #expect(try workspace.inventory.summary(at: notAfter + TimeSpan(seconds: secondsPast)).expired == expired)
    }

    @Test("Each status a certificate may have is counted under its name", arguments: CertificateStatus.allCases)
    func statuses(status: CertificateStatus) throws {
        let workspace = try Workspace([FakeDevice("d", certificates: [(status.rawValue, FakeCertificate(name: "c"))])])
        #expect(try workspace.inventory.summary(at: Workspace.now).byStatus == [.init(name: status.rawValue, count: 1)])
        #expect(try workspace.show("d").listing.certificates.map(\.status) == [status])
    }

    @Test(
        "A mistyped device id finds the one that was meant",
        arguments: [
            ("sensor-eu-00001", ["sensor-eu-000001", "sensor-eu-000012"]),
            ("SENSOR-EU-000012", ["sensor-eu-000012", "sensor-eu-000001"]),
            ("pmup-1", ["pump-1"]), ("nothing-like-it", []),
        ] as [(String, [String])])
    func nearNames(typed: String, expected: [String]) throws {
        let workspace = try Workspace(
            ["sensor-eu-000001", "sensor-eu-000012", "pump-1"].map { FakeDevice($0, certificates: []) })
        let near = try workspace.inventory.nearNames(DeviceID(checked: typed))
        #expect(near.prefix(expected.count) == expected[...] && near.isEmpty == expected.isEmpty, "\(near)")
    }

    @Test("Rotations that stand still are found by state and age, the oldest first")
    func openRotations() throws {
        let workspace = try Workspace([FakeDevice("a"), FakeDevice("b"), FakeDevice("c")])
        let devices = try workspace.planningDevices
        let run = try workspace.beginRun("r")
        for (index, device) in devices.prefix(2).reversed().enumerated() {
            _ = try workspace.inventory.recordRekey(
                [.fake(device)], run: run, at: Workspace.now + .days(Int64(index)))
        }
        _ = try workspace.issueOne(devices[2], key: "k", serial: 1, run: run)
        func found(_ state: RotationState?, _ before: Timestamp?) throws -> [String] {
            try workspace.inventory.openRotations(in: state, unchangedSince: before).map(\.device.text)
        }
        #expect(try found(.awaitingCSR, nil) == ["b", "a"])
        #expect(try found(.awaitingCSR, Workspace.now + .days(1)) == ["b"])
        #expect(try found(.issued, nil) == ["c"])
        #expect(try Set(found(nil, nil)) == ["a", "b", "c"])
        #expect(try workspace.inventory.openRotations(limit: 1).count == 1)
        #expect(try workspace.inventory.rotationsByState() == ["awaiting-csr": 2, "issued": 1])
    }
}
