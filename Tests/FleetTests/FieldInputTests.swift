import RotationModel
import Testing

@testable import Fleet

/// What exports of real fleets hold besides what their formats promise.
@Suite("Imports from the field")
struct FieldInputTests {
    // MARK: Listings of AWS

    private static let certificate = FakeCertificate(name: "c")
    private static let things = #"{"things": [{"thingName": "d", "thingArn": "arn:aws:iot:r:a:thing/d"}]}"#
    private static let attached = #"{"d": ["arn:aws:iot:r:a:cert/\#(certificate.fingerprint.hex)"]}"#
    private static let descriptions = """
        [{"certificateId": "\(certificate.fingerprint.hex)", "status": "ACTIVE", "ownedBy": "a",
          "certificatePem": "\(certificate.pem.replacing("\n", with: "\\n"))"}]
        """

    private func folder(
        _ workspace: Workspace, things: String = things, certificates: String = descriptions,
        attachments: String = attached
    ) throws -> String {
        try workspace.folder.write(things.utf8, to: "aws/things.json")
        try workspace.folder.write(certificates.utf8, to: "aws/certificates.json")
        try workspace.folder.write(attachments.utf8, to: "aws/attachments.json")
        return workspace.folder.file("aws")
    }

    private func load(_ workspace: Workspace, _ path: String, partial: Bool = false) throws -> ImportSummary {
        try workspace.inventory.importFleet(
            from: path, options: ImportOptions(partial: partial, at: Workspace.now, actor: "tester"),
            reader: fakeReader, rejected: { _ in }, progress: { _, _, _ in })
    }

    private static let cutOff = [
        #"{"things": [{"thingName": "d", "thingArn": "arn:aws:iot:r:a:thing/d"}], "nextToken": "abc"}"#,
        #"{"NextToken": "abc", "things": [{"thingName": "d", "thingArn": "arn:aws:iot:r:a:thing/d"}]}"#,
        #"{"things": [{"thingName": "d", "thingArn": "arn:aws:iot:r:a:thing/d"}], "nextToken": {"odd": 1}}"#,
    ]

    @Test("A page of AWS's listing is refused, and taken where the operator says that it is one", arguments: cutOff)
    func page(things: String) throws {
        let workspace = try Workspace()
        let path = try folder(workspace, things: things)
        let error = try #require(throws: RotationError.self) { try load(workspace, path) }
        #expect(error.code == .badInput && error.message.contains("cut off") && error.place.hasSuffix("things.json"))
        #expect(error.advice.contains("--partial"))
        #expect(try workspace.inventory.summary(at: Workspace.now).devices == 0)
        #expect(try load(workspace, path, partial: true).devices.added == 1)
    }

    @Test(
        "A listing whose token is empty, or of which the last page has none, is whole",
        arguments: [
            #"{"nextToken": null, "things": [{"thingName": "d", "thingArn": "arn:aws:iot:r:a:thing/d"}]}"#,
            #"{"nextToken": "", "things": [{"thingName": "d", "thingArn": "arn:aws:iot:r:a:thing/d"}]}"#,
        ])
    func whole(things: String) throws {
        let workspace = try Workspace()
        #expect(try load(workspace, folder(workspace, things: things)).devices.added == 1)
    }

    @Test("Principals that are no certificates are passed over, and counted")
    func principals() throws {
        let workspace = try Workspace()
        let attachments = """
            {"d": ["arn:aws:iot:r:a:cert/\(Self.certificate.fingerprint.hex)", "eu-west-1:1b2c-cognito-identity",
             "arn:aws:cognito-identity:eu-west-1:a:identitypool/x"]}
            """
        let summary = try load(workspace, folder(workspace, attachments: attachments))
        #expect(summary.certificates.added == 1 && summary.passedOver == 2 && summary.rejected == 0)
        #expect(summary.notes.contains { $0.hasPrefix("2 principals that are no certificates") })
    }

    // MARK: CSV

    struct OpenQuote: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// Of d1, d2 and d3.
        let rows: [String]
        let taken: Set<String>
        /// The rejected row's line, and what is said of it.
        let line: Int
        let message: String
    }

    private static func row(_ device: String, status: String = "ACTIVE", close: Bool = true) -> String {
        "\(device),a,x,\(status),\"\(FakeCertificate(name: device).pem)\(close ? "\"" : "")\n"
    }

    /// Where d3's row starts.
    private static let lastLine = 1 + (row("d1") + row("d2")).count { $0 == "\n" } + 1

    static let openQuotes = [
        OpenQuote(
            testDescription: "of a certificate", rows: [row("d1", close: false), row("d2"), row("d3")],
            taken: ["d2", "d3"], line: 2, message: "opens on line 2"),
        OpenQuote(
            testDescription: "of the last row", rows: [row("d1"), row("d2"), row("d3", close: false)],
            taken: ["d1", "d2"], line: lastLine, message: "never closed"),
        OpenQuote(
            testDescription: "of two rows one after the other",
            rows: [row("d1", close: false), row("d2", close: false), row("d3")], taken: ["d3"], line: 2,
            message: "opens on line 2"),
        OpenQuote(
            testDescription: "of a label", rows: ["d1,a,\"x,ACTIVE,\n", row("d2"), row("d3")], taken: ["d2", "d3"],
            line: 2,
            message: "line 2"),
    ]

    @Test(
        "A quote that is not closed is named with the lines that it took, and costs no other row", arguments: openQuotes
    )
    func openQuote(_ test: OpenQuote) throws {
        let workspace = try Workspace()
        let (_, rejected) = try workspace.importText(
            "device_id,account,label:l,status,certificate\n" + test.rows.joined(), as: .csv)
        var taken: Set<String> = []
        try workspace.inventory.list { taken.insert($0.device.text) }
        #expect(taken == test.taken)
        #expect(
            rejected.first?.line == test.line && rejected.first?.reason.contains(test.message) == true, "\(rejected)")
    }

    @Test("Quoted line breaks, commas and doubled quotes are no open quotes")
    func closed() throws {
        let workspace = try Workspace()
        let text = "device_id,account,label:l,status,certificate\nd1,a,\"x\n,\"\"y\"\"\",,\nd2,a,\"\",,\n"
        let (summary, rejected) = try workspace.importText(text, as: .csv)
        #expect(rejected.map(\.device) == ["d1"], "a label holds no line break")
        #expect(summary.devices.added == 1)
    }

    // MARK: Spellings

    @Test(
        "Ids that people take for one another are noted, and stay two",
        arguments: [
            ("d-1", " d-1"), ("d-1", "d-1\u{A0}"), ("d-1", "d\u{200B}-1"), ("\u{E9}-1", "e\u{301}-1"),
            ("d-1\u{FEFF}", "d-1"),
        ])
    func lookAlikes(first: String, second: String) throws {
        let workspace = try Workspace()
        let devices = [first, second].map { FakeDevice($0, certificates: []).ndjson }
        let (summary, rejected) = try workspace.importText(devices.joined())
        #expect(rejected == [] && summary.devices.added == 2)
        #expect(summary.notes.contains { $0.contains("looks like") }, "\(summary.notes)")
    }

    @Test("Ids that are told apart are not noted", arguments: [("d-1", "d-2"), ("D-1", "d-1"), ("a b", "ab")])
    func different(first: String, second: String) throws {
        let workspace = try Workspace()
        let devices = [first, second].map { FakeDevice($0, certificates: []).ndjson }
        #expect(try workspace.importText(devices.joined()).summary.notes == [])
    }

    @Test("Padded label names and texts are noted, once", arguments: ["label: region", "label:region "])
    func paddedLabels(column: String) throws {
        let workspace = try Workspace()
        let text = "device_id,account,\(column),status,certificate\nd1,a,eu,,\nd2,a,eu,,\n"
        let notes = try workspace.importText(text, as: .csv).summary.notes
        #expect(notes.count == 1 && notes[0].contains("no policy on \u{201C}region\u{201D} meets it"), "\(notes)")
    }
}
