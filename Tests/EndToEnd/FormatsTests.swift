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

    @Test(
        "a certificate behind a key in one PEM text is read, and the key is warned of, whatever it is encrypted with",
        arguments: [
            "openssl genrsa -traditional -aes128 -passout pass:x 2048", "openssl genrsa -traditional 2048",
            "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes128 -pass pass:x",
            "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
            "openssl ecparam -name prime256v1 -genkey", "openssl genpkey -algorithm ED25519",
        ])
    func keyBesideCertificate(make: String) async throws {
        let workspace = try await Workspace()
        let script = """
            \(make) 2>/dev/null >both.pem; cat authorities/ca-1.pem >>both.pem; cp both.pem authorities/ca-1.pem
            python3 -c 'import json; print(json.dumps({"device": "d", "account": "1", "labels": {}, "certificates": [{"status": "ACTIVE", "pem": open("both.pem").read()}]}))' >fleet.ndjson
            python3 -c 'import csv,sys; w = csv.writer(open("fleet.csv", "w")); w.writerow(["device_id", "account", "status", "certificate"]); w.writerow(["d", "1", "ACTIVE", open("both.pem").read()])'
            """
        let made = try await Program.shell(script, in: workspace.path)
        try #require(made.status == 0, made.story)
        for file in ["fleet.ndjson", "fleet.csv"] {
            let output = try await workspace.job("inventory", "import", file, expecting: 0)
            #expect(output.stdout.contains("a private key stands beside certificate"), output.story)
        }
        #expect(!(try await workspace.export()).contains("PRIVATE KEY"))
        // The authority's own certificate stands behind a key as well, in a file that is open to read.
        try await workspace.job("plan", "--at", now, expecting: 0)
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
