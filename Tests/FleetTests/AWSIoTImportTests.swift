import Foundation
import RotationModel
import Testing

@testable import Fleet

@Suite("Importing what AWS IoT prints")
struct AWSIoTImportTests {
    private static let certificate = FakeCertificate(name: "c")

    private static func description(_ certificate: FakeCertificate, id: String? = nil, status: String = "ACTIVE")
        -> String
    {
        let pem = certificate.pem.replacingOccurrences(of: "\n", with: "\\n")
        return """
            {"certificateId": "\(id ?? certificate.fingerprint.hex)", "status": "\(status)", "ownedBy": "a",
             "certificatePem": "\(pem)", "creationDate": "2026-01-01", "validity": {"x": [1, "]"]}}
            """
    }

    private func importFolder(
        things: String, certificates: String, attachments: String
    ) throws -> (workspace: Workspace, summary: ImportSummary, rejected: [RejectedRow]) {
        let workspace = try Workspace()
        try workspace.folder.write(things.utf8, to: "aws/things.json")
        try workspace.folder.write(certificates.utf8, to: "aws/certificates.json")
        try workspace.folder.write(attachments.utf8, to: "aws/attachments.json")
        let (summary, rejected) = try workspace.importPath(workspace.folder.file("aws"), as: nil)
        return (workspace, summary, rejected)
    }

    private static let thing =
        #"{"nextToken": null, "things": [{"thingName": "d", "thingArn": "arn:aws:iot:r:a:thing/d"}]}"#
    private static let attached = #"{"d": ["arn:aws:iot:r:a:cert/\#(certificate.fingerprint.hex)"]}"#

    @Test("Certificate descriptions may stand bare or in certificateDescription", arguments: [true, false])
    func bare(isBare: Bool) throws {
        let description = Self.description(Self.certificate)
        let element = isBare ? description : "{\"certificateDescription\": \(description)}"
        let (workspace, summary, rejected) = try importFolder(
            things: Self.thing, certificates: "\u{FEFF}[\r\n\(element)\r\n]\n", attachments: Self.attached)
        #expect(rejected == [])
        #expect(summary.certificates.added == 1)
        #expect(try workspace.show("d").listing.account.text == "a")
    }

    @Test("A thing without a certificate takes its account from its ARN; without one it is rejected")
    func withoutCertificate() throws {
        let (workspace, _, rejected) = try importFolder(
            things:
                #"{"things": [{"thingName": "d", "thingArn": "arn:aws:iot:r:a:thing/d", "attributes": {"k": "v"}}, {"thingName": "e"}]}"#,
            certificates: "[]", attachments: "{}")
        #expect(rejected.map(\.device) == ["e"])
        #expect(try workspace.show("d").listing.account.text == "a")
        #expect(try workspace.show("d").listing.labels == ["k": "v"])
    }

    @Test(
        "A bad element is named with its file and line, and the rest goes in",
        arguments: [
            // things, certificates, attachments, file, line, reason
            (
                thing, "[\n\(description(certificate, id: String(repeating: "0", count: 64)))]", attached,
                "certificates.json", 2, "is not the certificate's SHA-256"
            ),
            (
                thing, "[\n\n\(description(certificate, status: "GONE"))]", attached, "certificates.json", 3,
                "“GONE” is unknown"
            ),
            (
                thing, "[\(description(certificate)),\n\(description(FakeCertificate(name: "x")))]", attached,
                "certificates.json", 3, "attached to no thing"
            ),
            (
                thing, "[\(description(certificate)),\n{\"certificateId\": 7}]", attached, "certificates.json", 3,
                "certificateId is a number"
            ),
            (thing, "[\(description(certificate)), []]", attached, "certificates.json", 2, "an array, not an object"),
            (thing, "[]", attached, "attachments.json", 1, "is not in certificates.json"),
            (thing, "[\(description(certificate))]", #"{"d": ["x"]}"#, "attachments.json", 1, "no certificate ARN"),
            (thing, "[\(description(certificate))]", #"{"d": 7}"#, "attachments.json", 1, "no array"),
            (#"{"things": []}"#, "[]", attached, "attachments.json", 1, "things.json does not have"),
            (#"{"things": [{"thingName": ""}]}"#, "[]", "{}", "things.json", 1, "device id is empty"),
            (
                #"{"things": [{"thingName": "d", "attributes": {"\u00e9": "1", "e\u0301": "2"}}]}"#, "[]", "{}",
                "things.json", 1, "two spellings of Unicode"
            ),
            (
                #"{"things": [{"thingName": "d", "thingArn": "arn:aws:iot:r:a:thing/d"}, {"thingName": "d"}]}"#, "[]",
                "{}", "things.json", 1, "stands twice"
            ),
        ] as [(String, String, String, String, Int, String)])
    func badElement(
        things: String, certificates: String, attachments: String, file: String, line: Int, reason: String
    ) throws {
        let (_, _, rejected) = try importFolder(things: things, certificates: certificates, attachments: attachments)
        let hit = try #require(rejected.first { $0.reason.contains(reason) }, "\(rejected)")
        #expect(hit.file.hasSuffix(file))
        #expect(hit.line == line)
    }

    @Test(
        "A file that is broken as a whole stops the import",
        arguments: [
            (thing, "[\(description(certificate))", "{}", "certificates.json"),
            (thing, "{}", "{}", "certificates.json"),
            (thing, "[] x", "{}", "certificates.json"),
            (thing, "[]", "[]", "attachments.json"),
            ("{}", "[]", "{}", "things.json"),
            (#"{"things": ["#, "[]", "{}", "things.json"),
            (thing, "", "{}", "certificates.json"),
        ])
    func broken(things: String, certificates: String, attachments: String, file: String) throws {
        let error = failure {
            try importFolder(things: things, certificates: certificates, attachments: attachments).summary
        }
        #expect(error?.code == .badInput)
        #expect(error?.place.contains(file) == true)
    }
}
