import Foundation
import Testing

@Suite("The audit, when somebody can write its file")
struct AuditAnchorTests {
    /// A workspace after two runs, with their reports in order.
    private func workspace() async throws -> (Workspace, reports: [String]) {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 2, "left": 5}}"#)
        for name in ["one", "two"] {
            try await workspace.job("run", "--at", now, "--report", workspace.scratch + "/\(name).json", expecting: 0)
        }
        return (workspace, ["one", "two"].map { workspace.scratch + "/\($0).json" })
    }

    private func sql(_ workspace: Workspace, _ statements: String) async throws {
        let script = """
            import sqlite3, sys
            c = sqlite3.connect(sys.argv[1])
            for trigger in ("audit_is_not_changed", "audit_is_not_deleted"): c.execute("DROP TRIGGER IF EXISTS " + trigger)
            c.executescript(sys.argv[2]); c.close()
            """
        let edited = try await Program.run(
            Program.python, ["-c", script, workspace.path + "/fleet.sqlite", statements])
        try #require(edited.status == 0, edited.story)
    }

    private struct Report: Decodable {
        struct Anchor: Decodable, Equatable { let entries: Int, hash: String }
        let audit: Anchor
    }

    private func anchor(_ bytes: Data) throws -> Report.Anchor {
        try JSONDecoder().decode(Report.self, from: bytes).audit
    }

    @Test(
        "Every report, the status and the log carry the newest hash and the count, as the audit has them at the run's end"
    )
    func anchors() async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 2, "left": 5}}"#)
        let run = try await workspace.job("run", "--at", now, "--report", "r.json", expecting: 0)
        let lines = try await workspace.job("audit", "--json", expecting: 0).stdout.split(separator: "\n")
        let newest = try #require(lines.last)
        let last = try #require(try JSONSerialization.jsonObject(with: Data(newest.utf8)) as? [String: Any])
        let expected = Report.Anchor(entries: lines.count, hash: try #require(last["hash"] as? String))
        #expect(try anchor(Data(contentsOf: URL(fileURLWithPath: workspace.path + "/r.json"))) == expected)
        #expect(try anchor(await workspace.job("status", "--json", "--at", now).stdoutBytes) == expected)
        let line = "audit anchor: entries=\(expected.entries), hash=\(expected.hash)"
        #expect(run.stdout.contains(line) && run.stderr.contains(line), run.story)
        // The reports folder's own copy is the same.
        let kept = try #require(workspace.names(in: "reports").first { $0.hasSuffix(".json") })
        #expect(try anchor(Data(contentsOf: URL(fileURLWithPath: workspace.path + "/reports/" + kept))) == expected)
        // A run that fails writes to the audit as well, and says so.
        try FileManager.default.removeItem(atPath: workspace.path + "/authorities/ca-1.key")
        let failed = try await workspace.job("run", "--at", now)
        #expect(
            failed.status == 69 && failed.stderr.contains("audit anchor: entries=\(expected.entries + 2)"), failed.story
        )
    }

    @Test("A tail that was cut is found by a report, by a list of them, and by lines of the log")
    func cut() async throws {
        let (workspace, reports) = try await workspace()
        let log = try await workspace.job("run", "--at", now, expecting: 0).stderr
        let texts = try reports.map { try String(contentsOfFile: $0, encoding: .utf8) }
        let ndjson = texts.map { $0.replacing("\n", with: "") }.joined(separator: "\n")
        let last = try anchor(Data(contentsOf: URL(fileURLWithPath: reports[1])))
        for (name, text) in [
            ("list.json", "[\(texts.joined(separator: ","))]"), ("list.ndjson", ndjson + "\n"),
            ("job.log", "Nov 26 host rotation-job[7]: " + log),
            ("bare.json", "{\"entries\": \(last.entries), \"hash\": \"\(last.hash.uppercased())\"}"),
        ] { try workspace.write(name, text) }
        let files = reports + ["list.json", "list.ndjson", "job.log", "bare.json"]
        for file in files {
            let whole = try await workspace.job("audit", "--verify", "--anchor", file, expecting: 0)
            #expect(whole.stdout.contains("unbroken"), whole.story)
        }
        try await sql(
            workspace,
            """
            DELETE FROM audit WHERE id > \(last.entries - 1);
            UPDATE audit_head SET entry = \(last.entries - 1), hash = (SELECT hash FROM audit WHERE id = \(last.entries - 1));
            """)
        try await workspace.job("audit", "--verify", expecting: 0)
        try await workspace.job("audit", "--verify", "--anchor", reports[0], expecting: 0)
        for file in files.dropFirst() {
            let found = try await workspace.job("audit", "--verify", "--anchor", file, expecting: 1)
            #expect(found.stderr.contains("cut off") && found.stdout == "", found.story)
        }
        let both = try await workspace.job(
            "audit", "--verify", "--anchor", reports[0], "--anchor", reports[1], expecting: 1)
        #expect(both.stderr.contains("entry \(last.entries)"), both.story)
    }

    @Test("A chain that was written anew is found, with the entry up to which it is the old one")
    func rewritten() async throws {
        let (workspace, reports) = try await workspace()
        let first = try anchor(Data(contentsOf: URL(fileURLWithPath: reports[0])))
        // The second run, which did nothing, is taken out, and another writes other entries in its place.
        try await sql(
            workspace,
            """
            DELETE FROM audit WHERE id > \(first.entries); DELETE FROM runs WHERE id NOT IN (SELECT run FROM audit WHERE run IS NOT NULL);
            UPDATE audit_head SET entry = \(first.entries), hash = (SELECT hash FROM audit WHERE id = \(first.entries));
            """)
        try await workspace.job("run", "--at", now, expecting: 0)
        try await workspace.job("audit", "--verify", expecting: 0)
        let found = try await workspace.job(
            "audit", "--verify", "--anchor", reports[1], "--anchor", reports[0], expecting: 1)
        #expect(
            found.stderr.contains("written anew") && found.stderr.contains("up to entry \(first.entries)"), found.story)
    }

    @Test(
        "A file without an anchor, or with a broken one, is no proof: 65",
        arguments: [
            "{}", "[]", "nothing", "", #"{"audit": {"entries": 3, "hash": "00"}}"#,
            #"{"entries": -1, "hash": "\#(String(repeating: "0", count: 64))"}"#,
        ])
    func noAnchor(text: String) async throws {
        let workspace = try await Workspace()
        try workspace.write("a.json", text)
        let output = try await workspace.job("audit", "--verify", "--anchor", "a.json", expecting: 65)
        #expect(output.stderr.contains("anchor") && output.stderr.contains("a.json"), output.story)
        #expect(try await workspace.job("audit", "--anchor", "a.json").status == 64)
    }

    @Test(
        "An altered row is printed as text, in JSON as JSON, and named by the check",
        arguments: [
            "action = char(27) || '[2J' || char(155) || 'x'",
            "actor = 'a' || char(10) || '2026-12-01T00:00:00Z  forged'",
            "detail = 'no JSON \u{1B}]0;x\u{7}'", "detail = '{\"a\": 1,' || char(10) || '\"b\": 2}'",
            "detail = '{}, \"hash\": \"forged\"}' || char(10) || '{'", "device = 'd' || char(8238) || 'x'",
            "detail = '[]'", "run = char(13) || 'x'", "detail = printf('%.*c', 3000000, 'x')",
            "actor = printf('%.*c', 100000, char(27))", "detail = '{\"a\":' || printf('%.*c', 5000, '[') || '}'",
        ])
    func altered(change: String) async throws {
        let (workspace, _) = try await workspace()
        let untouched = try await workspace.job("audit", expecting: 0).stdout.split(separator: "\n").count
        try await sql(workspace, "UPDATE audit SET \(change) WHERE id = 2;")
        let text = try await workspace.job("audit", expecting: 1)
        #expect(text.stdout.split(separator: "\n").count == untouched, "a line an entry")
        let drives = text.stdout.unicodeScalars.contains {
            $0 != "\n" && ($0.properties.generalCategory == .control || $0 == "\u{202E}")
        }
        #expect(!drives && text.stdoutBytes.count < 200_000)
        let json = try await workspace.job("audit", "--json", expecting: 1)
        let objects = json.stdout.split(separator: "\n").map { try? JSONSerialization.jsonObject(with: Data($0.utf8)) }
        #expect(objects.count == untouched && objects.allSatisfy { $0 is [String: Any] })
        #expect((objects[1] as? [String: Any])?["id"] as? Int == 2)
        let verify = try await workspace.job("audit", "--verify", expecting: 1)
        #expect(verify.stderr.contains("entry 2"), verify.story)
    }
}
