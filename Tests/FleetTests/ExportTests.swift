import Basics
import RotationModel
import Testing

@testable import Fleet

@Suite("Exporting a fleet")
struct ExportTests {
    static let fleet = [
        FakeDevice("b", labels: ["é": "x, y", "empty": "", "quote\"": "\"q\""]),
        FakeDevice(
            "a\\b\"c,d",
            certificates: [
                ("INACTIVE", FakeCertificate(name: "late", notBefore: 9)),
                ("ACTIVE", FakeCertificate(name: "early", notBefore: 1)),
            ]),
        FakeDevice("日本", certificates: []), FakeDevice("Z"), FakeDevice("z", account: "other"),
        FakeDevice(".hidden/../x"),
    ]

    @Test("An export goes into an empty inventory and comes out the same", arguments: ExportFormat.allCases)
    func roundTrip(format: ExportFormat) throws {
        let original = try Workspace(Self.fleet)
        let text = try original.export(format)
        let copy = try Workspace()
        let (summary, rejected) = try copy.importText(text, as: format == .csv ? .csv : .ndjson)
        #expect(rejected == [])
        #expect(summary.devices.added == Self.fleet.count)
        for format in ExportFormat.allCases { #expect(try copy.export(format) == original.export(format)) }
        for device in Self.fleet {
            #expect(try copy.show(device.id).listing.labels.values == device.labels)
            #expect(try copy.show(device.id).listing.account.text == device.account)
            #expect(try copy.show(device.id).listing.certificates.count == device.certificates.count)
        }
    }

    @Test("Rows of CSV end with CRLF, and texts stay letter by letter: formulas, quotes, what is invisible")
    func exactCSV() throws {
        let workspace = try Workspace([
            FakeDevice(
                "=1+1", labels: ["formula": "@x,-1", "hidden": "\u{200B}\u{202E}", "none": "", "quote": "a\"b"],
                certificates: [])
        ])
        let text = try workspace.export(.csv)
        let expected =
            "device_id,account,label:formula,label:hidden,label:none,label:quote,status,certificate\r\n"
            + "=1+1,111122223333,\"@x,-1\",\u{200B}\u{202E},\"\",\"a\"\"b\",,\r\n"
        #expect(Array(text.utf8) == Array(expected.utf8))
        let copy = try Workspace()
        try copy.importText(text, as: .csv)
        #expect(Array(try copy.export(.csv).utf8) == Array(expected.utf8))
    }

    @Test("Devices come in the order of their ids' bytes, certificates by notBefore")
    func order() throws {
        let workspace = try Workspace(Self.fleet)
        var listed: [DeviceListing] = []
        try workspace.inventory.list { listed.append($0) }
        #expect(listed.map(\.device.text) == [".hidden/../x", "Z", "a\\b\"c,d", "b", "z", "日本"])
        #expect(listed[2].certificates.map(\.subject) == ["CN=early", "CN=late"])
    }

    @Test("PEM has lines of 64 characters, whatever the length", arguments: [1, 2, 3, 47, 48, 49, 96, 100])
    func pem(length: Int) throws {
        let der = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let lines = PEMText.certificate(der).split(separator: "\n")
        #expect(lines.first == "-----BEGIN CERTIFICATE-----" && lines.last == "-----END CERTIFICATE-----")
        let body = lines.dropFirst().dropLast()
        #expect(body.dropLast().allSatisfy { $0.count == 64 } && (1...64).contains(body.last?.count ?? 0))
        #expect(Base64.decode(body.joined()) == der)
    }

    @Test("What the writer throws stops the export")
    func failingWriter() throws {
        struct Full: Error {}
        let workspace = try Workspace(Self.fleet)
        #expect(failure { try workspace.inventory.exportFleet(format: .csv) { _ in throw Full() } }?.code == .io)
    }
}
