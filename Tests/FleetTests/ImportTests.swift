import Foundation
import RotationModel
import Testing

@testable import Fleet

@Suite("Importing a fleet")
struct ImportTests {
    static let fleet = [
        FakeDevice("sensor-1", labels: ["product": "sensor", "stage": "field"]),
        FakeDevice(
            "pump, \"the big one\"", account: "444455556666", labels: ["product": "pump"],
            certificates: [
                ("ACTIVE", FakeCertificate(name: "p1")), ("INACTIVE", FakeCertificate(name: "p0", notBefore: 5)),
            ]),
        FakeDevice("日本/../x", certificates: [("REVOKED", FakeCertificate(name: "j"))]),
    ]

    /// The same fleet in each format; the AWS folder's `thingArn`s carry the account.
    static func write(_ fleet: [FakeDevice], as format: ImportFormat, in folder: TemporaryFolder) throws -> String {
        switch format {
        case .ndjson: return try folder.write(fleet.map(\.ndjson).joined().utf8, to: "fleet.ndjson")
        case .csv:
            var text = "device_id,account,label:product,label:stage,status,certificate\n"
            for device in fleet {
                for (status, certificate) in device.certificates {
                    let id = "\"" + device.id.replacingOccurrences(of: "\"", with: "\"\"") + "\""
                    let labels = ["product", "stage"].map { device.labels[$0] ?? "" }.joined(separator: ",")
                    text += "\(id),\(device.account),\(labels),\(status),\"\(certificate.pem)\"\n"
                }
            }
            return try folder.write(text.utf8, to: "fleet.csv")
        case .awsIoT:
            let things = fleet.map {
                ["thingName": $0.id, "thingArn": "arn:aws:iot:r:\($0.account):thing/x", "attributes": $0.labels]
                    as [String: Any]
            }
            let certificates = fleet.flatMap { device in
                device.certificates.map { status, certificate in
                    [
                        "certificateDescription": [
                            "certificateId": certificate.fingerprint.hex, "status": status, "ownedBy": device.account,
                            "certificatePem": certificate.pem,
                        ]
                    ]
                }
            }
            let attachments = Dictionary(
                uniqueKeysWithValues: fleet.map { device in
                    (device.id, device.certificates.map { "arn:aws:iot:r:a:cert/\($0.certificate.fingerprint.hex)" })
                })
            for (name, object) in [
                ("things", ["things": things] as Any), ("certificates", certificates), ("attachments", attachments),
            ] {
                try folder.write(
                    JSONSerialization.data(withJSONObject: object, options: .prettyPrinted), to: "aws/\(name).json")
            }
            return folder.file("aws")
        }
    }

    @Test(
        "Each format gives the same inventory, is guessed from its path, and changes nothing the second time",
        arguments: ImportFormat.allCases)
    func formats(format: ImportFormat) throws {
        let reference = try Workspace(Self.fleet)
        let workspace = try Workspace()
        let path = try Self.write(Self.fleet, as: format, in: workspace.folder)

        let (first, rejected) = try workspace.importPath(path, as: nil)
        #expect(rejected == [])
        #expect(first.format == format)
        #expect(first.isCommitted)
        #expect(first.devices == ImportSummary.Tally(added: 3))
        #expect(first.certificates == ImportSummary.Tally(added: 4))
        #expect(try workspace.export() == reference.export())

        let audit = try workspace.auditedActions()
        let (second, _) = try workspace.importPath(path, as: format)
        #expect(second.devices == ImportSummary.Tally(unchanged: 3))
        #expect(second.certificates == ImportSummary.Tally(unchanged: 4))
        #expect(try workspace.export() == reference.export())
        #expect(try workspace.auditedActions() == audit)
    }

    @Test(
        "A byte-order mark, CRLF, blank lines and a missing last line feed are fine",
        arguments: [ImportFormat.csv, .ndjson])
    func lineEnds(format: ImportFormat) throws {
        let reference = try Workspace(Self.fleet)
        let workspace = try Workspace()
        let path = try Self.write(Self.fleet, as: format, in: workspace.folder)
        var text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        text = "\u{FEFF}" + text.replacingOccurrences(of: "\n", with: "\r\n") + "\r\n\r\n"
        #expect(try workspace.importText(text, as: format).rejected == [])
        #expect(try workspace.export() == reference.export())

        let bare = try Workspace()
        try bare.importText(FakeDevice("d").ndjson.trimmingCharacters(in: .newlines))
        #expect(try bare.planningDevices.count == 1)
    }

    @Test("A device whose account changes moves; the move is noted and audited")
    func move() throws {
        let workspace = try Workspace([FakeDevice("d1", account: "a")])
        let (summary, _) = try workspace.importText(FakeDevice("d1", account: "b").ndjson)
        #expect(summary.devices == ImportSummary.Tally(updated: 1))
        #expect(summary.notes == ["device d1 moved from account a to b"])
        #expect(try workspace.show("d1").listing.account.text == "b")
        #expect(try workspace.auditedActions(device: "d1") == ["device-moved"])
    }

    @Test("Changed labels and a changed status are taken over and audited")
    func update() throws {
        let workspace = try Workspace([FakeDevice("d1", labels: ["stage": "lab"])])
        let changed = FakeDevice(
            "d1", labels: ["stage": "field"], certificates: [("INACTIVE", FakeCertificate(name: "d1"))])
        let (summary, _) = try workspace.importText(changed.ndjson, at: Timestamp(seconds: 3_000_000))
        #expect(summary.devices == ImportSummary.Tally(updated: 1))
        #expect(summary.certificates == ImportSummary.Tally(updated: 1))
        let story = try workspace.show("d1")
        #expect(story.listing.labels == ["stage": "field"])
        #expect(story.listing.certificates.map(\.status) == [.inactive])
        #expect(story.listing.certificates.map(\.statusAt.seconds) == [3_000_000])
        #expect(story.audit.map(\.action) == ["labels-changed", "status-changed"])
    }

    @Test("A key that is known as weak by now is known so from the next import on")
    func judgedAnew() throws {
        let workspace = try Workspace([FakeDevice("d1"), FakeDevice("d2")])
        #expect(try workspace.planningDevice("d1").active[0].keyWeakness == nil)
        let path = try workspace.folder.write(FakeDevice("d1").ndjson.utf8, to: "again.ndjson")
        let reader = reader { bytes throws(RotationError) in
            var columns = try readFake(bytes)
            columns.keyWeakness = "it stands on a list"
            return columns
        }
        for expected in [ImportSummary.Tally(updated: 1), .init(unchanged: 1)] {
            let summary = try workspace.inventory.importFleet(
                from: path, options: ImportOptions(format: .ndjson, at: Workspace.now, actor: "tester"), reader: reader,
                rejected: { _ in }, progress: { _, _, _ in })
            #expect(summary.certificates == expected)
        }
        #expect(try workspace.planningDevice("d1").active[0].keyWeakness == "it stands on a list")
        #expect(try workspace.planningDevice("d2").active[0].keyWeakness == nil)
    }

    @Test("Two devices of one account may have the same certificate: noted, and its status is one")
    func sharedCertificate() throws {
        let shared = FakeCertificate(name: "shared")
        let workspace = try Workspace()
        let (summary, rejected) = try workspace.importText(
            FakeDevice("d1", certificates: [("ACTIVE", shared)]).ndjson
                + FakeDevice("d2", certificates: [("ACTIVE", shared)]).ndjson)
        #expect(rejected == [])
        #expect(summary.certificates.added == 2)
        #expect(summary.notes.count == 1 && summary.notes[0].contains("d1") && summary.notes[0].contains("d2"))
        #expect(try workspace.inventory.planningSnapshot { try $0.sharedKeys() } == [shared.keyIdentity])

        try workspace.importText(FakeDevice("d2", certificates: [("REVOKED", shared)]).ndjson)
        #expect(try workspace.show("d1").listing.certificates.map(\.status) == [.revoked])
    }

    @Test("A certificate of another account's device is rejected, and with a move it does not come in by the back door")
    func foreignCertificate() throws {
        let shared = FakeCertificate(name: "shared")
        let devices = [
            FakeDevice("d1", account: "a", certificates: [("ACTIVE", shared)]),
            FakeDevice("d2", account: "a", certificates: [("ACTIVE", shared)]),
        ]
        let workspace = try Workspace(devices)
        let (_, foreign) = try workspace.importText(
            FakeDevice("d3", account: "b", certificates: [("ACTIVE", shared)]).ndjson)
        #expect(foreign.count == 1 && foreign[0].reason.contains("belongs to device d1 of account a"))
        #expect(try workspace.inventory.show(DeviceID(checked: "d3")) == nil)

        let (_, moved) = try workspace.importText(FakeDevice("d2", account: "b", certificates: []).ndjson)
        #expect(moved.count == 1 && moved[0].reason.contains("shares a certificate with device d1"))
        #expect(try workspace.show("d2").listing.account.text == "a")
    }

    @Test("REVOKED never comes back by import")
    func revoked() throws {
        let certificate = FakeCertificate(name: "c")
        let workspace = try Workspace([FakeDevice("d1", certificates: [("REVOKED", certificate)])])
        let (summary, rejected) = try workspace.importText(
            FakeDevice("d1", certificates: [("ACTIVE", certificate)]).ndjson)
        #expect(summary.rejected == 1 && rejected[0].reason.contains("REVOKED"))
        #expect(try workspace.show("d1").listing.certificates.map(\.status) == [.revoked])
    }

    @Test(
        "A row that contradicts an earlier one of the same file names that line",
        arguments: [
            (FakeDevice("d1", account: "b"), "line 2 has this device in account a"),
            (FakeDevice("d1", account: "a", labels: ["x": "y"]), "line 2 gives this device other labels"),
            (
                FakeDevice("d1", account: "a", certificates: [("INACTIVE", FakeCertificate(name: "d1"))]),
                "line 2 gives the certificate"
            ),
        ])
    func contradiction(row: FakeDevice, reason: String) throws {
        let first = FakeDevice("d1", account: "a")
        let workspace = try Workspace()
        let (summary, rejected) = try workspace.importText("\n" + first.ndjson + row.ndjson + first.ndjson)
        #expect(rejected.map(\.line) == [3])
        #expect(rejected.first?.device == "d1")
        #expect(rejected.first?.reason.contains(reason) == true)
        #expect(summary.devices == ImportSummary.Tally(added: 1))
        #expect(summary.certificates == ImportSummary.Tally(added: 1))
    }

    @Test("A strict import with a bad row changes nothing; without one it goes in")
    func strict() throws {
        let workspace = try Workspace()
        let (summary, rejected) = try workspace.importText(FakeDevice("d1").ndjson + "{}\n", strict: true)
        #expect(rejected.count == 1)
        #expect(!summary.isCommitted)
        #expect(try workspace.export() == "")
        #expect(try workspace.importText(FakeDevice("d1").ndjson, strict: true).summary.isCommitted)
        #expect(try workspace.planningDevices.count == 1)
    }

    @Test("A dry run counts as the import would, and changes nothing")
    func dryRun() throws {
        let workspace = try Workspace()
        let text = FakeDevice("d1").ndjson + "{}\n" + FakeDevice("d2").ndjson
        let dry = try workspace.importText(text, dryRun: true)
        #expect(try workspace.export() == "")
        #expect(try workspace.auditedActions() == [])
        var real = try workspace.importText(text)
        #expect(real.summary.isCommitted)
        real.summary.isCommitted = false
        #expect(dry.summary == real.summary)
        #expect(dry.rejected == real.rejected)
    }

    @Test("What was committed before a failure stays, and importing again completes it")
    func chunks() throws {
        let workspace = try Workspace()
        let fleet = (0..<6000).map { FakeDevice("d\($0)", certificates: []) }
        let path = try workspace.folder.write(fleet.map(\.ndjson).joined().utf8, to: "fleet.ndjson")
        // The last line's certificate makes the reader fail as a disk would: not the row's fault.
        try workspace.folder.write(
            (fleet.map(\.ndjson).joined() + FakeDevice("last").ndjson).utf8, to: "broken.ndjson")
        var options = ImportOptions(at: Workspace.now, actor: "t")
        options.transactions.rows = 5000
        let error = failure {
            try workspace.inventory.importFleet(
                from: workspace.folder.file("broken.ndjson"), options: options,
                reader: { $0.map { _ in .failure(RotationError(.io, "died")) } }, rejected: { _ in },
                progress: { _, _, _ in })
        }
        #expect(error?.code == .io)
        #expect(try workspace.inventory.summary(at: Workspace.now).devices == 5000)
        #expect(try workspace.inventory.verifyAuditChain() == nil)
        let (summary, _) = try workspace.importPath(path, as: nil)
        #expect(summary.devices == ImportSummary.Tally(added: 1000, unchanged: 5000))
    }

    @Test("Progress ends at the size of the file")
    func progress() throws {
        let workspace = try Workspace()
        let path = try workspace.folder.write(
            (0..<2500).map { FakeDevice("d\($0)", certificates: []).ndjson }.joined().utf8, to: "fleet.ndjson")
        var calls: [(Int64, Int64, Int)] = []
        _ = try workspace.inventory.importFleet(
            from: path, options: ImportOptions(at: Workspace.now, actor: "t"), reader: fakeReader, rejected: { _ in },
            progress: { calls.append(($0, $1, $2)) })
        #expect(calls.map(\.2) == [1000, 2000, 2500])
        #expect(calls.last.map { $0.0 == $0.1 } == true)
    }
}
