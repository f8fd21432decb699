import Foundation
import Testing

@Suite("What would happen: saved plans, differences of policies, forecasts")
struct WhatIfTests {
    private func plant() async throws -> Workspace {
        let workspace = try await Workspace(policies: "plant")
        try await workspace.addPlant()
        return workspace
    }

    // MARK: Saved plans

    @Test("A saved plan is the printed plan with its digests, and `run --plan` does its rows")
    func saveAndRun() async throws {
        let workspace = try await plant()
        let printed = try await workspace.job(
            "plan", "--at", now, "--format", "json", "--save", "reviewed.json", expecting: 0)
        let mode = try FileManager.default.attributesOfItem(atPath: workspace.path + "/reviewed.json")[
            .posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o640)
        var saved = try #require(
            try JSONSerialization.jsonObject(with: Data(workspace.text("reviewed.json").utf8)) as? [String: Any])
        let digests = try #require(saved.removeValue(forKey: "digests") as? [String: String])
        #expect(digests.keys.sorted() == ["authorities", "inbox", "inventory", "policies", "rows"])
        #expect(digests.values.allSatisfy { $0.hasPrefix("sha256:") && $0.count == 71 })
        #expect(saved.removeValue(forKey: "limit") is NSNull)
        let plain = try #require(try JSONSerialization.jsonObject(with: printed.stdoutBytes) as? NSDictionary)
        #expect(plain == saved as NSDictionary)

        let report = workspace.scratch + "/report.json"
        try await workspace.job(
            "run", "--at", "2026-12-01T02:00:00Z", "--plan", "reviewed.json", "--report", report, expecting: 3)
        let ran = try PlanDocument(file: report)
        #expect(ran.decisions.map(PlanRow.init) == (try PlanDocument(printed)).decisions.map(PlanRow.init))
        let again = try await workspace.job(
            "run", "--at", "2026-12-01T02:00:00Z", "--plan", "reviewed.json", expecting: 65)
        #expect(again.stderr.contains("reviewed.json: the inventory and the inbox changed since it was saved"))
        #expect(again.stderr.contains("rotation-job plan --save FILE"))
    }

    /// What is done to the file, and what the refusal says.
    static let broken: [(String, String, @Sendable (String) -> String)] = [
        ("a row taken out", "edited", { $0.replacing(#/\n\{"device":"pump[^\n]*,(?=\n)/#, with: "") }),
        ("another action", "edited", { $0.replacing("\"action\":\"request-csr\"", with: "\"action\":\"issue\"") }),
        ("another time", "edited", { $0.replacing("\"at\":\"2026-12-01", with: "\"at\":\"2026-11-01") }),
        ("another limit", "edited", { $0.replacing("\"limit\":null", with: "\"limit\":5") }),
        ("no digests", "was printed, and not saved", { $0.replacing(#/"digests":\{[^}]*\},/#, with: "") }),
        ("another version", "version 2", { $0.replacing("{\"version\":1", with: "{\"version\":2") }),
        ("half of it", "no plan as JSON", { String($0.prefix(5000)) }),
    ]

    @Test("A plan that was edited, printed or cut short is refused with the reason")
    func brokenFiles() async throws {
        let workspace = try await plant()
        try await workspace.job("plan", "--at", now, "--save", "reviewed.json", expecting: 0)
        let text = try workspace.text("reviewed.json")
        for (name, says, edit) in Self.broken {
            let edited = edit(text)
            #expect(edited != text, "\(name)")
            try workspace.write("edited.json", edited)
            let refused = try await workspace.job("run", "--at", now, "--plan", "edited.json", expecting: 65)
            #expect(refused.stderr.contains(says), "\(name): \(refused.stderr)")
        }
        // The layout is not what was reviewed.
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        try workspace.write(
            "pretty.json", JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys]))
        try await workspace.job("run", "--at", now, "--plan", "pretty.json", expecting: 3)
    }

    @Test("The way past a guard is the one that the guard names")
    func pastGuard() async throws {
        let workspace = try await Workspace(limits: "limits: { issue: 2 }\n")
        try await workspace.add(devices: #"{"bulk": {"count": 5}}"#)
        let stopped = try await workspace.job("run", "--at", now, expecting: 3)
        #expect(stopped.stderr.contains("`rotation-job run --plan reviewed.json`"))
        try await workspace.job("plan", "--at", now, "--save", "reviewed.json", expecting: 0)
        let passed = try await workspace.job("run", "--at", now, "--plan", "reviewed.json", expecting: 0)
        #expect(passed.stdout.contains("5 issued") && passed.stdout.contains("Past a guard, as reviewed"))
    }

    @Test("--plan and --limit do not go together, and --save wants a file")
    func usage() async throws {
        let workspace = try await Workspace()
        try await workspace.job("run", "--plan", "x.json", "--limit", "3", expecting: 64)
        try await workspace.job("plan", "--save", "-", expecting: 64)
        try await workspace.job("forecast", "--days", "0", expecting: 64)
    }

    // MARK: Differences

    /// An edit of the plant's policies of every kind.
    private func edited(_ text: String) -> String {
        text.replacing("renewBefore: 30d, spread: 7d", with: "renewBefore: 60d, spread: 7d")
            .replacing("product: gateway }", with: "product: router }")
            .replacing("expired: report }", with: "expired: replace }")
            .replacing("rollout: { batch: 4, perRun: 9 }", with: "rollout: { batch: 4, perRun: 5 }")
                + """
                revocations:
                  - name: lost
                    match: { labels: { product: camera } }
                    reason: superseded
                    mode: replace-then-revoke
                  - name: stolen
                    match: { device: "pump-eu-*" }
                    reason: keyCompromise
                    mode: revoke-now

                """
    }

    private func compare(_ workspace: Workspace, _ old: String, _ new: String) async throws -> Judge.Verdict {
        var arguments: [String] = []
        for (name, policies) in [("old", old), ("new", new)] {
            let plan = workspace.scratch + "/\(name).json"
            try workspace.write("policies/plant.yaml", policies)
            try await workspace.job("plan", "--at", now, "--format", "json", "--output", plan, expecting: 0)
            try FileManager.default.createDirectory(
                atPath: workspace.scratch + "/" + name, withIntermediateDirectories: true)
            try Data(policies.utf8).write(to: URL(fileURLWithPath: workspace.scratch + "/\(name)/plant.yaml"))
            arguments += ["--\(name)", plan]
        }
        let diff = try await workspace.job(
            "policy", "diff", workspace.scratch + "/old", workspace.scratch + "/new", "--at", now, "--format", "json",
            expecting: 0)
        try diff.stdoutBytes.write(to: URL(fileURLWithPath: workspace.scratch + "/diff.json"))
        return try await Judge.difference(arguments + ["--diff", workspace.scratch + "/diff.json"])
    }

    @Test("policy diff agrees with two plans that another program compared, both ways")
    func diffAgrees() async throws {
        let workspace = try await plant()
        let old = try workspace.text("policies/plant.yaml")
        let verdict = try await compare(workspace, old, edited(old))
        #expect(verdict.findings == [])
        #expect(verdict.count > 40)
        let back = try await compare(workspace, edited(old), old)
        #expect(back.findings == [] && back.count == verdict.count)
    }

    @Test("Either side may be a git revision, read as it is there")
    func revisions() async throws {
        let workspace = try await plant()
        func git(_ arguments: String...) async throws {
            let output = try await Program.run(
                "/usr/bin/env",
                ["git", "-c", "user.email=a@example.com", "-c", "user.name=a", "-c", "init.defaultBranch=main"]
                    + arguments,
                in: workspace.path)
            try #require(output.status == 0, output.story)
        }
        let text = try workspace.text("policies/plant.yaml")
        try await git("init", "-q")
        try await git("add", "policies")
        try await git("commit", "-qm", "one")
        try workspace.write("policies/plant.yaml", edited(text))
        let before = try await workspace.job("policy", "diff", "HEAD:policies", "policies", "--at", now, expecting: 0)
        #expect(before.stdout.contains("newly-due") && before.stdout.contains("From HEAD:policies"))
        try await git("commit", "-qam", "two")
        let same = try await workspace.job("policy", "diff", "HEAD:./policies/", "policies", "--at", now, expecting: 0)
        #expect(same.stdout.hasPrefix("The change does nothing to this fleet today."))
        let file = try await workspace.job(
            "policy", "diff", "HEAD~1:policies/plant.yaml", "policies/plant.yaml", "--at", now, "--format", "markdown",
            expecting: 0)
        #expect(file.stdout.hasPrefix("### Rotation policies: ") && file.stdout.contains("| **revoked** |"))
        for (name, says) in [
            ("HEAD:nowhere", "git cannot read it"), ("nonsense:policies", "git cannot read it"),
            ("HEAD~1", "no such file or folder"),
        ] {
            let refused = try await workspace.job("policy", "diff", name, "policies")
            #expect([64, 65].contains(refused.status) && refused.stderr.contains(says), refused.story)
        }
        let without = try await workspace.job(
            "policy", "diff", "HEAD:policies", "policies", environment: ["PATH": "/nonexistent"])
        #expect(without.status == 1 && without.stderr.contains("git cannot be started"), without.story)
        try workspace.write("policies/plant.yaml", "version: 1\npolicies: [{ name: 3 ]\n")
        let mistakes = try await workspace.job(
            "policy", "diff", "HEAD:policies", "policies", "--at", now, expecting: 65)
        #expect(mistakes.stderr.contains("policies/plant.yaml:2"))
    }

    // MARK: Forecast

    @Test("text, JSON and CSV tell the same forecast, and the first day is what the plan issues")
    func forecast() async throws {
        let workspace = try await plant()
        let before = Tree(workspace.path)
        let json = try await workspace.job("forecast", "--at", now, "--days", "120", "--format", "json", expecting: 0)
        let csv = csvRows(
            try await workspace.job("forecast", "--at", now, "--days", "120", "--format", "csv", expecting: 0).stdout)
        let text = try await workspace.job("forecast", "--at", now, "--days", "120", expecting: 0).stdout
        #expect(Tree(workspace.path).differences(from: before) == [])
        let forecast = try JSONDecoder().decode(ForecastDocument.self, from: json.stdoutBytes)
        #expect(forecast.days.count == 120 && csv.count == 121)
        #expect(forecast.total == forecast.days.reduce(0) { $0 + $1.replacements } && forecast.total > 0)
        #expect(csv.dropFirst().map { $0[1] } == forecast.days.map { String($0.replacements) })
        #expect(csv.dropFirst().allSatisfy { row in row.dropFirst(5).reduce(0) { $0 + Int($1)! } == Int(row[1])! })
        #expect(text.hasPrefix("\(forecast.total) replacements in 120 days."))
        #expect(forecast.peak.replacements == forecast.days.map(\.replacements).max())
        #expect(
            text.contains("The peak: \(forecast.peak.replacements) replacements on \(forecast.peak.date.prefix(10))"))
        let plan = try await workspace.plan()
        #expect(forecast.days[0].replacements == plan.devices("issue").count)
        #expect(forecast.days[0].requests == plan.devices("request-csr").count)
        #expect(forecast.days[0].heldOver == plan.devices("hold").count)
        #expect(forecast.limits.contains { $0.name == "perRun" && $0.policy == "field-sensors" && $0.most == 9 })
    }
}

/// A forecast as JSON.
struct ForecastDocument: Decodable {
    struct Day: Decodable { let date: String, replacements: Int, heldOver: Int, requests: Int, byPolicy: [String: Int] }
    struct Peak: Decodable { let date: String, replacements: Int }
    struct Limit: Decodable { let name: String, policy: String?, most: Int }
    let total: Int
    let days: [Day]
    let peak: Peak
    let limits: [Limit]
}
