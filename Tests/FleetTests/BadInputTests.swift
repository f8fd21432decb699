import Foundation
import RotationModel
import Testing

@testable import Fleet

@Suite("Bad input to an import")
struct BadInputTests {
    static let good = FakeDevice("good")
    static let pem = FakeCertificate(name: "c").pem.replacingOccurrences(of: "\n", with: "\\n")

    @Test(
        "A bad NDJSON line is named with its reason, and the rest goes in",
        arguments: [
            (#"{"device": "d", "account": "a", "colour": "red"}"#, "“colour” is unknown"),
            (#"{"device": "d"}"#, "“account” is missing"),
            (#"{"account": "a"}"#, "“device” is missing"),
            (#"{"device": 7, "account": "a"}"#, "device is a number"),
            (#"{"device": "d", "account": "a", "labels": ["x"]}"#, "labels is an array"),
            (#"{"device": "d", "account": "a", "labels": {"x": null}}"#, "“x” is null"),
            (#"{"device": "d", "account": "a", "certificates": {}}"#, "certificates is an object"),
            (
                #"{"device": "d", "account": "a", "certificates": [{"status": "active", "pem": "\#(pem)"}]}"#,
                "“active” is unknown"
            ),
            (#"{"device": "d", "account": "a", "certificates": [{"pem": "\#(pem)"}]}"#, "the status is missing"),
            (#"{"device": "d", "account": "a", "certificates": [{"status": "ACTIVE"}]}"#, "has no pem"),
            (#"{"device": "d", "account": "a", "certificates": [{"status": "ACTIVE", "pem": "x"}]}"#, "no certificate"),
            (
                #"{"device": "d", "account": "a", "certificates": [{"status": "ACTIVE", "pem": "\#(pem)"}, {"status": "ACTIVE", "pem": "x"}]}"#,
                "certificate 2: "
            ),
            (
                #"{"device": "d", "account": "a", "certificates": [{"status": "ACTIVE", "pem": "\#(pem)"}, {"status": "INACTIVE", "pem": "\#(pem)"}]}"#,
                "stands twice"
            ),
            (#"{"device": "d", "account": "a", "device": "e"}"#, "“device” stands twice"),
            // One label to policies, though two members of JSON.
            (
                #"{"device": "d", "account": "a", "labels": {"\u00e9": "1", "e\u0301": "2"}}"#,
                "two spellings of Unicode"
            ),
            (#"{"device": "d", "account": "a""#, "ends in the middle"),
            (#"{"device": "d", "account": "a"} x"#, "after the JSON value"),
            (#"{"device": "d\ud800", "account": "a"}"#, "surrogate"),
            (#"{"device": "", "account": "a"}"#, "device id is empty"),
            (#"{"device": "a\u0007b", "account": "a"}"#, "control character"),
            (#"{"device": "\#(String(repeating: "x", count: 129))", "account": "a"}"#, "129 bytes"),
            (
                #"{"device": "d", "account": "a", "labels": {"\#(String(repeating: "x", count: 1 << 20))": ""}}"#,
                "longer than 1 MiB"
            ),
            ("[1]", "an array, not an object"),
            (String(repeating: "[", count: 100), "nested deeper"),
        ])
    func ndjson(line: String, reason: String) throws {
        let workspace = try Workspace()
        let (summary, rejected) = try workspace.importText(Self.good.ndjson + line + "\n" + FakeDevice("later").ndjson)
        #expect(rejected.map(\.line) == [2])
        #expect(rejected.first?.reason.contains(reason) == true, "\(rejected)")
        #expect(summary.devices.added == 2)
        #expect(summary.rejected == 1)
    }

    @Test("A line that is not UTF-8 is rejected", arguments: [ImportFormat.csv, .ndjson])
    func notUTF8(format: ImportFormat) throws {
        let workspace = try Workspace()
        let before = format == .csv ? "device_id,account,status,certificate\n" : Self.good.ndjson
        let bad =
            format == .csv
            ? Array("d,".utf8) + [0xFF] + Array(",,\n".utf8)
            : Array("{\"device\": \"".utf8) + [0xC3, 0x28] + Array("\", \"account\": \"a\"}\n".utf8)
        let path = try workspace.folder.write(Array(before.utf8) + bad, to: "input")
        let (_, rejected) = try workspace.importPath(path, as: format)
        #expect(rejected.map(\.line) == [2])
        #expect(rejected.first?.reason.contains("valid UTF-8") == true)
    }

    static let certificate = "\"\(FakeCertificate(name: "c").pem)\""

    @Test(
        "A bad CSV row is named by its first line, and the rest goes in",
        arguments: [
            ("d,a,ACTIVE", "3 fields, the header 4"),
            ("d,a,ACTIVE,\(certificate),x", "5 fields"),
            (",a,ACTIVE,\(certificate)", "device id is empty"),
            ("d,,ACTIVE,\(certificate)", "account is empty"),
            ("d,a,,\(certificate)", "status is missing"),
            ("d,a,REVOKED,", "no certificate"),
            ("d,a,Active,\(certificate)", "“Active” is unknown"),
            ("d,a,ACTIVE,nonsense", "no certificate"),
            ("d\"x,a,ACTIVE,\(certificate)", "quote"),
            ("\"d\"x,a,ACTIVE,\(certificate)", "quote"),
            ("d,a,ACTIVE,\"\(String(repeating: "x\n", count: 1 << 20))\"", "longer than 1 MiB"),
            ("d,a,ACTIVE,\(String(repeating: "x", count: 2 << 20))", "longer than 1 MiB"),
            ("d,a,ACTIVE,\"-----BEGIN CERTIFICATE-----\nAAAA", "quote"),
        ])
    func csv(row: String, reason: String) throws {
        let workspace = try Workspace()
        let good = FakeCertificate(name: "good").pem
        let text =
            "device_id,account,status,certificate\ngood,a,ACTIVE,\"\(good)\"\n\(row)\nlater,a,INACTIVE,\"\(good)\"\nlast,a,,\n"
        let (_, rejected) = try workspace.importText(text, as: .csv)
        let line = 2 + FakeCertificate(name: "good").pem.split(separator: "\n").count + 1
        #expect(rejected.first?.line == line)
        #expect(rejected.first?.reason.contains(reason) == true, "\(rejected)")
        #expect(try workspace.inventory.show(DeviceID(checked: "good")) != nil)
        #expect(try workspace.inventory.show(DeviceID(checked: "last")) != nil)
        #expect(try workspace.inventory.show(DeviceID(checked: "d")) == nil)
    }

    @Test("A quoted field that is never closed is rejected by its first line")
    func unclosed() throws {
        let workspace = try Workspace()
        let (_, rejected) = try workspace.importText(
            "device_id,account,status,certificate\nd,a,ACTIVE,\"-----BEGIN\nAAAA\n", as: .csv)
        #expect(rejected.map(\.line) == [2])
        #expect(rejected.first?.reason.contains("never closed") == true)
    }

    @Test(
        "A CSV header that is not right stops the import and says why",
        arguments: [
            ("device_id,account,status", "“certificate” is missing"),
            ("device_id,account,status,certificate,colour", "“colour” is unknown"),
            ("Device_ID,account,status,certificate", "“Device_ID” is unknown"),
            ("device_id,account,status,certificate,label:", "label's name is empty"),
            ("device_id,account,status,certificate,status", "stands twice"),
            ("\u{0}\u{1}binary\u{2}", "is unknown"),
        ])
    func header(header: String, reason: String) throws {
        let workspace = try Workspace()
        let error = failure { try workspace.importText(header + "\nx\n", as: .csv) }
        #expect(error?.code == .badInput)
        #expect(error?.description.contains(reason) == true)
        #expect(error?.place.hasSuffix(":1") == true)
    }

    @Test("An empty field is a label that is missing; a quoted empty one is a label without a text")
    func emptyLabel() throws {
        let workspace = try Workspace()
        try workspace.importText("device_id,account,label:x,label:y,status,certificate\nd,a,,\"\",,\n", as: .csv)
        #expect(try workspace.show("d").listing.labels == ["y": ""])
    }

    @Test(
        "A file that is something else stops the import",
        arguments: [
            (Array("".utf8), "empty"),
            (Array("[{}]".utf8), "JSON array"),
            ([0x1F, 0x8B, 0x08, 0x00], "not NDJSON"),
            ([0xFF, 0xFE, 0x7B, 0x00], "UTF-16"),
        ] as [([UInt8], String)])
    func wrongFile(bytes: [UInt8], reason: String) throws {
        let workspace = try Workspace()
        let path = try workspace.folder.write(bytes, to: "fleet.ndjson")
        let error = failure { try workspace.importPath(path, as: .ndjson) }
        #expect(error?.description.contains(reason) == true)
        #expect(error?.place.hasPrefix(path) == true)
    }

    @Test("A missing path, a folder for a file, a file for a folder and an unknown ending are told apart")
    func paths() throws {
        let workspace = try Workspace()
        let file = try workspace.folder.write([1], to: "fleet.dat")
        #expect(failure { try workspace.importPath(workspace.folder.file("none"), as: nil) }?.code == .badInput)
        #expect(failure { try workspace.importPath(file, as: nil) }?.code == .usage)
        #expect(
            failure { try workspace.importPath(workspace.folder.path, as: .csv) }?.message.contains("folder") == true)
        #expect(failure { try workspace.importPath(file, as: .awsIoT) }?.message.contains("not a folder") == true)
        let missing = failure { try workspace.importPath(workspace.folder.path, as: .awsIoT) }
        #expect(missing?.place.hasSuffix("things.json") == true)
        #expect(missing?.advice.contains("attachments.json") == true)
    }
}
