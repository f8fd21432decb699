import Foundation
import Testing

@Suite("Odd device ids are harmless")
struct DeviceNamesTests {
    /// Legal names that would be trouble as paths, shell words, CSV, HTML or YAML.
    static let names = [
        "../../etc/passwd", "a/b", ".hidden", "..", ".", "日本", "%2e%2e%2f", "-rf", "a b\"c'd", "=cmd|' /C calc'!A0",
        "<script>",
        "{device}", "sensor,O=Evil", "CON", "e\u{301}", "\u{E9}", "🛰️", String(repeating: "x", count: 128),
        String(repeating: "/", count: 128), String(repeating: "é", count: 64),
    ]

    /// Names as the bytes that they are: to Swift, the two spellings of é are equal strings.
    private static func bytes(_ names: [String]) -> Set<[UInt8]> { Set(names.map { Array($0.utf8) }) }

    @Test("each is planned, issued and found again at its manifest's path, and nothing is written elsewhere")
    func publishedWhereTheInterfaceSays() async throws {
        let workspace = try await Workspace()
        let devices = Self.names.map {
            ["device": $0, "certificates": [["left": 5, "lifetime": 90]], "csr": [:]] as [String: Any]
        }
        let description = try JSONSerialization.data(withJSONObject: ["devices": devices])
        try await workspace.add(devices: String(decoding: description, as: UTF8.self))
        let plan = workspace.scratch + "/plan.json"
        try await workspace.job("plan", "--at", now, "--format", "json", "--output", plan, expecting: 0)
        #expect(Self.bytes(try PlanDocument(file: plan).devices("issue")) == Self.bytes(Self.names))
        let before = Tree(workspace.path).files
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(try await Judge.certificates(workspace, policies: "simple", plan: plan).findings == [])
        let manifests = try await Judge.manifests(workspace, policies: "simple", plan: plan)
        #expect(manifests.findings == [])
        #expect(manifests.install == Self.names.count)
        let written = Set(Tree(workspace.path).files).subtracting(before)
        #expect(
            written.filter {
                !["delivery/", "reports/", "fleet.sqlite"].contains(where: $0.hasPrefix) && !$0.contains("lock")
            }
                == [])
        #expect(written.allSatisfy { ($0 as NSString).lastPathComponent.utf8.count <= 255 })
    }

    @Test("show finds each by its id, and the spreadsheet formula stays text in CSV")
    func readBack() async throws {
        let workspace = try await Workspace()
        let devices = Self.names.map {
            ["device": $0, "certificates": [["left": 5, "lifetime": 90]]] as [String: Any]
        }
        let description = try JSONSerialization.data(withJSONObject: ["devices": devices])
        try await workspace.add(devices: String(decoding: description, as: UTF8.self))
        for name in Self.names {
            let show = try await workspace.job("inventory", "show", "--json", "--", name)
            let shown = try JSONSerialization.jsonObject(with: show.stdoutBytes) as? [String: Any]
            let device = try #require(shown?["device"] as? String, show.story)
            #expect(show.status == 0 && Self.bytes([device]) == Self.bytes([name]), show.story)
        }
        let exported = csvRows(try await workspace.job("inventory", "export", "--format", "csv", expecting: 0).stdout)
        #expect(
            Self.bytes(exported.dropFirst().map { $0[0] }) == Self.bytes(Self.names),
            "an export is for machines: ids stay as they are")
    }

    @Test(
        "what is no legal id is rejected with its line",
        arguments: ["", String(repeating: "x", count: 129), "a\u{0}b", "line\nbreak", "bell\u{7}"])
    func illegal(name: String) async throws {
        let workspace = try await Workspace()
        let row = ["device": name, "account": "1", "labels": [:], "certificates": []] as [String: Any]
        try workspace.write("rows.ndjson", try JSONSerialization.data(withJSONObject: row))
        let output = try await workspace.job("inventory", "import", "rows.ndjson", expecting: 65)
        #expect((output.stdout + output.stderr).contains("rows.ndjson:1"), output.story)
    }
}
