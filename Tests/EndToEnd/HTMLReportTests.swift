import Foundation
import Testing

@Suite("Reports as pages")
struct HTMLReportTests {
    /// What Python's parser finds in a page.
    struct Page: Decodable {
        struct Row: Decodable { let device: String, state: String }
        let findings: [String], title: String, sections: [String]
        let counts: [String: Int], policies: [String: Int], findingCounts: [String: Int]
        let held: Int, blocked: Int, bars: [Int], touched: Int
        let rows: [Row]
    }

    /// What it looks like in a browser.
    struct Sight: Decodable {
        struct Look: Decodable { let width: Int, outside: [String], overlaps: [String], rows: Int }
        struct Unscripted: Decodable { let rows: Int, search: Bool }
        let desk: Look, phone: Look, paper: Look, unscripted: Unscripted
        /// Where the page has a search.
        let found: Int?, said: String?
        let owned: Bool
    }

    private func read(_ path: String) async throws -> Page {
        let output = try await Program.run(
            Program.python, ["-B", "-W", "ignore", Package.judges + "/check_html.py", path])
        try #require(output.status == 0, output.story)
        return try JSONDecoder().decode(Page.self, from: output.stdoutBytes)
    }

    private func look(_ path: String, searching text: String = "") async throws -> Sight {
        let output = try await Program.run(
            Program.python, ["-B", "-W", "ignore", Package.judges + "/browse_html.py", path, text])
        try #require(output.status == 0, output.story)
        return try JSONDecoder().decode(Sight.self, from: output.stdoutBytes)
    }

    private static let evil = [
        "</script><script>parent.owned=true</script>", "<img src=x onerror=\"parent.owned=true\">", "\u{202E}backwards",
        "right\u{200F}left", "\"quoted' & <b>bold</b>", String(repeating: "x", count: 128), "--><!--", "日本-🛰️",
    ]

    /// The plant, a device for each evil name, and two revocations.
    private func plant() async throws -> Workspace {
        let workspace = try await Workspace(policies: "plant", limits: "limits: { revoke: 20% }\n")
        let devices = Self.evil.map {
            ["device": $0, "labels": ["product": "camera"], "certificates": [["left": 5, "lifetime": 90]]]
                as [String: Any]
        }
        let description = try JSONSerialization.data(withJSONObject: ["devices": devices])
        try await workspace.add(devices: String(decoding: description, as: UTF8.self))
        try await workspace.addPlant()
        try workspace.write(
            "policies/stolen.yaml",
            """
            version: 1
            revocations:
              - name: stolen-lot
                match: { labels: { product: camera, region: us } }
                reason: keyCompromise
                mode: replace-then-revoke
                deadline: 72h
              - name: lost-gateways
                match: { device: "gateway-us-00000*" }
                reason: cessationOfOperation
                mode: revoke-now

            """)
        return workspace
    }

    /// As a page shows an id: what would turn the direction of reading is spelled out.
    private static func shown(_ device: String) -> String {
        device.replacingOccurrences(of: "\u{202E}", with: "\\u{202E}")
            .replacingOccurrences(of: "\u{200F}", with: "\\u{200F}")
    }

    @Test("a plan's page is one sound file that tells what the plan's JSON tells")
    func planPage() async throws {
        let workspace = try await plant()
        let plan = try await workspace.plan()
        try await workspace.job("plan", "--at", now, "--format", "html", "--output", "reports/plan.html", expecting: 0)
        let page = try await read(workspace.path + "/reports/plan.html")
        #expect(page.findings == [])
        #expect(
            page.sections == [
                "summary", "blocked", "findings", "expiries", "policies", "held", "revocations", "inbox", "rows",
            ])
        #expect(page.counts == plan.summary.filter { $0.value > 0 })
        #expect(page.held == plan.summary["hold"] && page.blocked == plan.summary["blocked"])
        #expect(page.policies == Dictionary(grouping: plan.decisions) { $0.policy?.name ?? "" }.mapValues(\.count))
        #expect(
            page.rows.map { "\($0.device) \($0.state)" }
                == plan.decisions.map { "\(Self.shown($0.device)) \($0.action)" })
        let active = try ExportedDevice.all(await workspace.export()).reduce(0) { $0 + $1.count("ACTIVE") }
        #expect(page.bars.count == page.touched)
        let html = try workspace.text("reports/plan.html")
        let later = html.firstMatch(of: /<data value="([0-9]+)">[0-9,]+<\/data> after the/).flatMap { Int($0.1) } ?? 0
        #expect(page.bars.reduce(0, +) + later == active)
    }

    @Test(
        "in a browser nothing sticks out or overlaps, on a desk, a phone and paper; the search works; no data runs"
    )
    func browser() async throws {
        let workspace = try await plant()
        let plan = try await workspace.plan()
        try await workspace.job("plan", "--at", now, "--format", "html", "--output", "reports/plan.html", expecting: 0)
        let sight = try await look(workspace.path + "/reports/plan.html", searching: "camera-US  request-csr")
        #expect(sight.desk.width == 1280 && sight.desk.outside == [] && sight.desk.overlaps == [])
        #expect(sight.phone.width == 390 && sight.phone.outside == [] && sight.phone.overlaps == [])
        #expect(sight.desk.rows == plan.decisions.count && sight.phone.rows == plan.decisions.count)
        #expect(sight.paper.width == 688 && sight.paper.outside == [] && sight.paper.overlaps == [])
        let wanted = plan.decisions.count { $0.device.hasPrefix("camera-us") && $0.action == "request-csr" }
        #expect(wanted > 1 && sight.found == wanted)
        #expect(sight.said == "\(wanted) of \(plan.decisions.count) listed rows")
        #expect(sight.unscripted.rows == plan.decisions.count && !sight.unscripted.search)
        #expect(!sight.owned)
    }

    @Test("a run leaves its page beside its JSON, with the same results, and where --html says")
    func runPage() async throws {
        let workspace = try await plant()
        let report = workspace.scratch + "/run.json", copy = workspace.scratch + "/run.html"
        try await workspace.job("run", "--at", now, "--report", report, "--html", copy, expecting: 3)
        let run = try PlanDocument(file: report)
        let names = workspace.names(in: "reports")
        #expect(names.map { ($0 as NSString).pathExtension } == ["html", "json"])
        #expect(Set(names.map { ($0 as NSString).deletingPathExtension }).count == 1)
        let path = try workspace.path + "/reports/" + #require(names.first)
        #expect(FileManager.default.contents(atPath: path) == FileManager.default.contents(atPath: copy))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o640)
        let page = try await read(path)
        #expect(page.findings == [])
        #expect(page.title.contains((names[0] as NSString).deletingPathExtension.replacing("run-", with: "")))
        #expect(page.counts == Dictionary(grouping: run.decisions) { $0.result ?? "" }.mapValues(\.count))
        #expect(
            page.rows.map { "\($0.device) \($0.state)" }
                == run.decisions.map { "\(Self.shown($0.device)) \($0.result ?? "")" })
        #expect(Set(["lists", "inbox", "revocations", "blocked"]).isSubset(of: page.sections))
        let sight = try await look(path, searching: "revoked")
        let looks = [sight.desk, sight.phone, sight.paper]
        #expect(looks.map(\.width) == [1280, 390, 688])
        #expect(looks.allSatisfy { $0.outside == [] && $0.overlaps == [] })
        #expect(!sight.owned)
    }

    @Test("a forecast's page has the numbers of its JSON, and fits a desk, a phone and paper")
    func forecastPage() async throws {
        let workspace = try await plant()
        let forecast = try await workspace.job(
            "forecast", "--at", now, "--days", "200", "--format", "json", expecting: 0)
        let json = try #require(try JSONSerialization.jsonObject(with: forecast.stdoutBytes) as? [String: Any])
        let days = try #require(json["days"] as? [[String: Any]]).compactMap { $0["replacements"] as? Int }
        try await workspace.job(
            "forecast", "--at", now, "--days", "200", "--format", "html", "--output", "forecast.html", expecting: 0)
        let path = workspace.path + "/forecast.html"
        let page = try await read(path)
        #expect(page.findings == [])
        #expect(page.sections == ["summary", "curve", "months", "policies"])
        #expect(days.count == 200 && page.counts["replacements"] == days.reduce(0, +))
        #expect(page.counts["peak"] == days.max() && days.max() != 0)
        #expect(page.policies.values.reduce(0, +) == days.reduce(0, +))
        let sight = try await look(path)
        let looks = [sight.desk, sight.phone, sight.paper]
        #expect(looks.map(\.width) == [1280, 390, 688])
        #expect(looks.allSatisfy { $0.outside == [] && $0.overlaps == [] })
        #expect(!sight.owned)
    }

    @Test("of an empty workspace there is a page too")
    func emptyPage() async throws {
        let workspace = try await Workspace()
        try await workspace.job("plan", "--at", now, "--format", "html", "--output", "empty.html", expecting: 0)
        let page = try await read(workspace.path + "/empty.html")
        #expect(page.findings == [] && page.sections == [] && page.rows.isEmpty)
    }
}
