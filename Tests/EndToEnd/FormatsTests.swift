import Foundation
import Testing

@Suite("Import and export")
struct FormatsTests {
    private static let plant = Package.fixtures + "/plant"

    private func inventory(of path: String, format: String? = nil) async throws -> (ndjson: String, csv: String) {
        let workspace = try await Workspace()
        let output = try await Program.run(
            Program.rotationJob, ["inventory", "import", path] + (format.map { ["--format", $0] } ?? []),
            in: workspace.path)
        try #require(output.status == 0, output.story)
        let csv = try await workspace.job("inventory", "export", "--format", "csv", expecting: 0).stdout
        return try await (workspace.export(), csv)
    }

    @Test("CSV, NDJSON and AWS IoT's output of one fleet give the same inventory, byte for byte")
    func formatsAgree() async throws {
        let ndjson = try await inventory(of: Self.plant + "/fleet.ndjson", format: "ndjson")
        let csv = try await inventory(of: Self.plant + "/fleet.csv", format: "csv")
        let aws = try await inventory(of: Self.plant + "/aws", format: "aws-iot")
        #expect(try ExportedDevice.all(ndjson.ndjson).count == 150)
        #expect(csv == ndjson)
        #expect(aws == ndjson)
    }

    @Test("an export imported into an empty workspace loses nothing", arguments: ["ndjson", "csv"])
    func exportComesBack(format: String) async throws {
        let first = try await inventory(of: Self.plant + "/fleet.ndjson")
        let folder = try TemporaryDirectory()
        let file = folder / "export.\(format)"
        try Data((format == "csv" ? first.csv : first.ndjson).utf8).write(to: URL(fileURLWithPath: file))
        #expect(try await inventory(of: file) == first)
    }

    @Test("a CSV with carriage returns and a byte-order mark is the same fleet")
    func carriageReturnsAndByteOrderMark() async throws {
        let folder = try TemporaryDirectory()
        let text = try String(contentsOfFile: Self.plant + "/fleet.csv", encoding: .utf8)
        try Data(("\u{FEFF}" + text.replacing("\n", with: "\r\n")).utf8).write(
            to: URL(fileURLWithPath: folder / "fleet.csv"))
        #expect(try await inventory(of: folder / "fleet.csv") == inventory(of: Self.plant + "/fleet.csv"))
    }

    @Test("importing the same file again changes nothing")
    func importIsIdempotent() async throws {
        let workspace = try await Workspace()
        try await workspace.job("inventory", "import", Self.plant + "/fleet.csv", expecting: 0)
        let before = try await workspace.export()
        let again = try await workspace.job("inventory", "import", Self.plant + "/fleet.csv", expecting: 0)
        #expect(again.stdout.contains("150"), again.story)
        #expect(try await workspace.export() == before)
    }

    @Test("a dry import says the same and writes nothing")
    func dryImport() async throws {
        let workspace = try await Workspace()
        try await workspace.job("inventory", "import", Self.plant + "/fleet.csv", "--dry-run", expecting: 0)
        #expect(try await workspace.export() == "")
    }

    @Test("bad rows are named with file and line, the good ones go in, and the exit status is 65")
    func badRows() async throws {
        let workspace = try await Workspace()
        let good = try Workspace.fixture("plant/fleet.ndjson").split(separator: "\n")
        let rows: [Substring] = [
            good[0], "{ not json", good[1], #"{"device": "", "account": "1", "labels": {}, "certificates": []}"#,
            #"{"device": "d", "account": "1", "labels": {}, "certificates": [{"status": "ACTIVE", "pem": "nonsense"}]}"#,
            #"{"device": "e", "account": "1", "labels": {}, "certificates": [{"status": "LIVELY", "pem": ""}]}"#,
            good[2],
        ]
        try workspace.write("rows.ndjson", rows.joined(separator: "\n"))
        let output = try await workspace.job("inventory", "import", "rows.ndjson", expecting: 65)
        for line in [2, 4, 5, 6] {
            #expect((output.stdout + output.stderr).contains("rows.ndjson:\(line)"), output.story)
        }
        let devices = try ExportedDevice.all(await workspace.export()).map(\.device)
        #expect(devices == ["camera-eu-000002", "gateway-eu-000001", "sensor-eu-000000"])
    }

    @Test("a strict import of a file with one bad row takes nothing")
    func strictImport() async throws {
        let workspace = try await Workspace()
        try workspace.write("rows.ndjson", try Workspace.fixture("plant/fleet.ndjson") + "{ not json\n")
        try await workspace.job("inventory", "import", "rows.ndjson", "--strict", expecting: 65)
        #expect(try await workspace.export() == "")
    }

    @Test("list, show and summary read one device and the whole back")
    func readBack() async throws {
        let workspace = try await Workspace()
        try await workspace.job("inventory", "import", Self.plant + "/fleet.csv", expecting: 0)
        let list = try await workspace.job("inventory", "list", "--label", "product=camera", expecting: 0).stdout
        #expect(list.contains("camera-eu-000002") && !list.contains("sensor-eu-000000"))
        let show = try await workspace.job("inventory", "show", "camera-eu-000002", "--json", expecting: 0)
        #expect(try JSONSerialization.jsonObject(with: show.stdoutBytes) is [String: Any])
        #expect(show.stdout.contains("camera-eu-000002"))
        #expect(try await workspace.job("inventory", "summary", expecting: 0).stdout.contains("150"))
        let unknown = try await workspace.job("inventory", "show", "camera-eu-000003")
        #expect(unknown.status != 0 && unknown.stderr.contains("camera-eu-000003"), unknown.story)
    }
}
