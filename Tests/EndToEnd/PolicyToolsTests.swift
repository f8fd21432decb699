import Foundation
import Testing

@Suite("Tools for who writes policies")
struct PolicyToolsTests {
    private static func names(_ folder: String, _ suffix: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: Package.root + "/" + folder)) ?? [])
            .filter { $0.hasSuffix(suffix) }.sorted()
    }

    private func job(_ arguments: [String], in folder: String = Package.root) async throws -> Output {
        try await Program.run(Program.rotationJob, arguments, in: folder)
    }

    // MARK: check

    @Test("check writes mistakes as JSON and as SARIF to standard output, with exit status 65")
    func formats() async throws {
        let workspace = try await Workspace { $0.replacing("overlap: 7d", with: "overlap: seven") }
        for format in ["json", "sarif"] {
            let output = try await workspace.job("policy", "check", "--format", format, expecting: 65)
            #expect(output.stderr.isEmpty, output.story)
            let document = try #require(
                try JSONSerialization.jsonObject(with: output.stdoutBytes) as? [String: Any], output.story)
            if format == "json" {
                let found = try #require(document["diagnostics"] as? [[String: Any]])
                #expect(found.map { $0["file"] as? String } == ["policies/simple.yaml"])
                #expect(found.map { $0["line"] as? Int } == [5])
                #expect(found.map { $0["rule"] as? String } == ["bad-value"])
            } else {
                let results = ((document["runs"] as? [[String: Any]])?.first?["results"] as? [[String: Any]]) ?? []
                #expect(results.map { $0["level"] as? String } == ["error"])
                #expect(results.map { $0["ruleId"] as? String } == ["bad-value"])
            }
        }
        try workspace.write("policies/simple.yaml", Workspace.fixture("policies/simple.yaml"))
        let clean = try await workspace.job("policy", "check", "--format", "sarif", expecting: 0)
        #expect(clean.stdout.contains("\"results\":[]"), clean.story)
    }

    @Test("check prints a hundred mistakes and how many more there are; JSON has them all")
    func manyMistakes() async throws {
        let workspace = try await Workspace { text in
            text + "tests:\n" + (0..<250).map { "  - { nmae\($0): x }\n" }.joined()
        }
        let output = try await workspace.job("policy", "check", expecting: 65)
        let json = try await workspace.job("policy", "check", "--format", "json", expecting: 65)
        let document = try #require(try JSONSerialization.jsonObject(with: json.stdoutBytes) as? [String: Any])
        let count = try #require(document["errors"] as? Int)
        #expect(count > 250)
        #expect(output.stderr.contains("and \(count - 100) more"), output.story)
        #expect(output.stderr.split(separator: "\n").count { $0.hasPrefix("error: ") } == 100)
        #expect(output.stderr.hasSuffix("\n\(count) errors\n"), output.story)
    }

    @Test("check asks the inventory: a device that two policies claim is an error, a policy for nobody a warning")
    func inventory() async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 3}}"#)
        let text = try workspace.text("policies/simple.yaml")
        let extra = """
            policies:
              - { name: second, priority: 0, match: { device: "d-000001" }, issuance: { profile: first } }
              - { name: nobody, priority: 5, match: { device: "nobody" }, issuance: { profile: first } }
            """
        try workspace.write("policies/simple.yaml", text.replacing("policies:", with: extra))
        let output = try await workspace.job("policy", "check")
        #expect(output.status == 65, output.story)
        #expect(output.stderr.contains("`nobody` decides for no device"), output.story)
        #expect(output.stderr.contains("both match device d-000001, and have the same priority"), output.story)
    }

    // MARK: explain

    @Test("explain tells facts, conditions, dates and the plan's own row; an unknown device is 65 with near names")
    func explain() async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 2}}"#)
        let text = try await workspace.job("policy", "explain", "d-000000", "--at", now, expecting: 0).stdout
        for part in [
            "Which policy decides", "Dates", "due from", "What the next run does", "issue",
            "CSR       waits in the inbox",
        ] {
            #expect(text.contains(part), "\(text)")
        }
        let json = try await workspace.job("policy", "explain", "d-000000", "--at", now, "--json", expecting: 0)
        let document = try #require(try JSONSerialization.jsonObject(with: json.stdoutBytes) as? [String: Any])
        let plan = try await workspace.job("plan", "--at", now, "--format", "json", expecting: 0)
        let planned = try #require(try JSONSerialization.jsonObject(with: plan.stdoutBytes) as? [String: Any])
        let rows = ((planned["decisions"] as? [[String: Any]]) ?? []).filter { $0["device"] as? String == "d-000000" }
        #expect(rows.count == 1)
        #expect(NSArray(array: (document["decisions"] as? [[String: Any]]) ?? []).isEqual(to: rows))
        let unknown = try await workspace.job("policy", "explain", "d-00000", "--at", now, expecting: 65)
        #expect(unknown.stderr.contains("did you mean d-00000"), unknown.story)
    }

    // MARK: test

    @Test("the shipped examples' tests pass in a workspace, and none is skipped there")
    func examples() async throws {
        let workspace = try await Workspace()
        let paths =
            Self.names("policies", ".yaml").map { Package.root + "/policies/" + $0 }
            + [Package.root + "/policies/stolen-lot.yaml.example"]
        let output = try await Program.run(Program.rotationJob, ["policy", "test"] + paths, in: workspace.path)
        #expect(output.status == 0, output.story)
        #expect(output.stdout.contains("ok"), output.story)
        #expect(!output.stdout.contains("skip"), output.story)
    }

    @Test("a test that fails is shown with what was expected and what came, and the exit status is 1")
    func failing() async throws {
        let folder = try TemporaryDirectory()
        let text = try String(contentsOfFile: Package.root + "/policies/sensors.yaml", encoding: .utf8)
            .replacing(
                "lifetime: 90d, left: 20d, csr: waiting }\n    expect: { action: issue",
                with: "lifetime: 90d, left: 20d, csr: waiting }\n    expect: { action: report")
        try text.write(toFile: folder / "sensors.yaml", atomically: true, encoding: .utf8)
        let output = try await job(["policy", "test", folder / "sensors.yaml"], in: folder.path)
        #expect(output.status == 1, output.story)
        let line = output.stdout.split(separator: "\n").first { $0.hasPrefix("not ok") }
        #expect(line?.contains("sensors.yaml:48") == true, output.story)
        #expect(output.stdout.contains("action  report         issue          <"), output.story)
        #expect(output.stdout.contains("because: expires in 20 days"), output.story)
        let json = try await job(["policy", "test", "--json", folder / "sensors.yaml"], in: folder.path)
        #expect(json.status == 1)
        let document = try #require(try JSONSerialization.jsonObject(with: json.stdoutBytes) as? [String: Any])
        #expect(document["failed"] as? Int == 1)
    }

    @Test("files with mistakes are not tested: exit status 65")
    func brokenTests() async throws {
        let folder = try TemporaryDirectory()
        try "version: 1\ntests: [x]\n".write(toFile: folder / "a.yaml", atomically: true, encoding: .utf8)
        #expect(try await job(["policy", "test", folder / "a.yaml"], in: folder.path).status == 65)
    }

    // MARK: schema

    @Test("the schema in policies/ is what `policy schema` prints")
    func schemaFile() async throws {
        let kept = try String(contentsOfFile: Package.root + "/policies/policy.schema.json", encoding: .utf8)
        #expect(try await job(["policy", "schema"]).stdout == kept)
        for name in Self.names("policies", ".yaml") {
            let text = try String(contentsOfFile: Package.root + "/policies/" + name, encoding: .utf8)
            #expect(text.hasPrefix("# yaml-language-server: $schema=policy.schema.json\n"), "\(name)")
        }
    }

    @Test("a validator that is not ours accepts what the check accepts, and refuses unknown keys and wrong words")
    func schema() async throws {
        var accept = try Self.names("policies", ".yaml").map { "policies/" + $0 }
            .map { try String(contentsOfFile: Package.root + "/" + $0, encoding: .utf8) }
        accept += try [
            "policies/stolen-lot.yaml.example", "Tests/EndToEnd/Fixtures/policies/simple.yaml",
            "Tests/EndToEnd/Fixtures/policies/plant.yaml",
        ]
        .map { try String(contentsOfFile: Package.root + "/" + $0, encoding: .utf8) }
        accept += try PolicyBlocks.all()
        accept += SchemaCorpus.valid + [SchemaCorpus.rollout]
        // What the check refuses by its shape, the schema must refuse too: the wrong files that it can know about.
        let refuse =
            try ["unknown-key", "missing-key", "wrong-type", "word"].flatMap { kind in
                try (1...3).map { number in
                    try String(
                        contentsOfFile: Package.root + "/Tests/PolicyTests/Snapshots/\(kind)-\(number).yaml",
                        encoding: .utf8)
                }
            } + SchemaCorpus.wrongRollouts
        let schema = try await job(["policy", "schema"]).stdout
        let folder = try TemporaryDirectory()
        _ = try await job(["init", folder / "work"])
        #expect(try String(contentsOfFile: folder / "work/policies/policy.schema.json", encoding: .utf8) == schema)
        accept.append(try String(contentsOfFile: folder / "work/policies/starter.yaml.example", encoding: .utf8))
        let request = try JSONSerialization.data(
            withJSONObject: ["schema": schema, "accept": accept, "refuse": refuse])
        let judged = try await Program.run(
            Program.python, ["-B", "-W", "ignore", "\(Package.judges)/check_schema.py"], input: request)
        try #require(judged.status == 0, judged.story)
        let verdict = try JSONDecoder().decode(Judge.Verdict.self, from: judged.stdoutBytes)
        #expect(verdict.findings == [])
        #expect(verdict.count == accept.count + refuse.count)
    }

    @Test("the check accepts the corpus that the schema accepts", arguments: SchemaCorpus.valid.indices)
    func corpus(index: Int) async throws {
        let folder = try TemporaryDirectory()
        try SchemaCorpus.valid[index].write(toFile: folder / "a.yaml", atomically: true, encoding: .utf8)
        let output = try await job(["policy", "check", folder / "a.yaml"], in: folder.path)
        #expect(output.status == 0, output.story)
    }

    @Test("the check refuses the rollouts that the schema refuses", arguments: SchemaCorpus.wrongRollouts.indices)
    func wrongRollouts(index: Int) async throws {
        let folder = try TemporaryDirectory()
        try SchemaCorpus.wrongRollouts[index].write(toFile: folder / "a.yaml", atomically: true, encoding: .utf8)
        let output = try await job(["policy", "check", folder / "a.yaml"], in: folder.path)
        #expect(output.status == 65, output.story)
    }

    @Test("every block of YAML in docs/policies.md that is a policy file passes the check and its own tests")
    func documentation() async throws {
        let blocks = try PolicyBlocks.all()
        #expect(blocks.count >= 5)
        for block in blocks {
            let folder = try TemporaryDirectory()
            try block.write(toFile: folder / "a.yaml", atomically: true, encoding: .utf8)
            let output = try await job(["policy", "check", folder / "a.yaml"], in: folder.path)
            #expect(output.status == 0 && output.stderr.isEmpty, "\(output.story)\n\(block)")
            let tests = try await job(["policy", "test", folder / "a.yaml"], in: folder.path)
            #expect(tests.status == 0, "\(tests.story)\n\(block)")
        }
    }
}

/// The YAML blocks of docs/policies.md. Each is a whole policy file.
enum PolicyBlocks {
    static func all() throws -> [String] {
        let text = try String(contentsOfFile: Package.root + "/docs/policies.md", encoding: .utf8)
        return text.components(separatedBy: "```yaml\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
    }
}

/// Policy files that are right, written in the ways that the format allows.
enum SchemaCorpus {
    private static let profile = """
        profiles:
          - { name: c, authority: a, signature: ECDSA-WITH-SHA256, validity: 90d, keys: ecdsa-p256, subject: "CN={device}" }

        """

    /// Every key that says when, to whom first, and when to stop.
    static let rollout = """
        version: 1
        policies:
          - name: p
            issuance: { profile: c }
            rollout:
              batch: 500
              waves: [1%, 12.5%, 100%]
              halt: { failed: 2%, atLeast: 50 }
              windows:
                - { days: Mon-Fri, from: "01:00", to: "24:00", zone: Europe/Berlin }
                - { days: [Sat, Sun], from: 22:00, to: 06:00 }
              freezes: [{ from: 2026-12-20, until: 2027-01-03, why: holiday change freeze, zone: UTC }]
              onNoWindow: replace

        """ + profile

    /// The same with one word of it changed to what neither the schema nor the check takes.
    static let wrongRollouts = [
        ("Mon-Fri", "Mon-Fry"), ("Mon-Fri", "weekly"), ("\"01:00\"", "\"25:00\""), ("\"01:00\"", "\"24:00\""),
        ("24:00", "24:30"), ("22:00", "22:60"), ("2026-12-20", "2026-13-20"), ("2027-01-03", "03.01.2027"),
        ("Europe/Berlin", "Berlin"), ("UTC", "CEST"),
    ].map { rollout.replacing($0, with: $1) }

    static let valid = [
        "version: \"1\"\nprofiles: []\n",
        "version: 1\npolicies:\n  - { name: 2211, match: , issuance: { profile: c } }\n" + profile,
        "version: 1\npolicies:\n  - name: p\n    owner: 7\n    match: { account: 111122223333, labels: { a: [1, true, x], b: no }, device: 7 }\n    issuance: { profile: c, rekey: allowed }\n"
            + profile,
        "version: 1\npolicies:\n  - { name: p, priority: -5, match: { issuer: [\"CN=a\", CN=b] }, expiry: { renewBefore: 0.5%, spread: 10m, overlap: 0s, confirmWithin: 2w, expired: report }, issuance: { profile: c } }\n"
            + profile,
        "version: 1\npolicies:\n  - { name: p, compliance: {}, expiry: {}, rollout: {}, issuance: { profile: c } }\n"
            + profile,
        "version: 1\npolicies:\n  - { name: p, compliance: { key: ignore, signature: report, sharedKey: replace, issuer: ignore, authority: report, age: { over: 1d, do: ignore }, superseded: ignore }, rollout: { batch: 100000, perRun: 1 }, issuance: { profile: c } }\n"
            + profile,
        profile.replacing("profiles:", with: "version: 1\nprofiles:").replacing(
            "keys: ecdsa-p256",
            with:
                "backdate: 0s, keys: [rsa-2048+, rsa-4096], subjectAlternativeNames: [], keyUsage: digitalSignature, extendedKeyUsage: [clientAuth, serverAuth]"
        ),
        "version: 1\nrevocations:\n  - { name: r, match: , certificates: { serials: [1234, \"00:3f\"], issuer: CN=x, key: rsa-1024, signature: [SHA1WITHRSA, 1.2.840.113549.1.1.5], sharedKey: \"true\", issuedBefore: 2026-06-01T12:00:00Z }, reason: superseded }\n",
        "version: 1\nrevocations:\n  - { name: r, certificates: { keys: 0000000000000000000000000000000000000000000000000000000000000000 }, reason: keyCompromise, mode: revoke-now }\n",
        "version: 1\ntests:\n  - { name: 1, given: {}, expect: { action: uncovered } }\n  - { name: x, given: { device: 7, account: 7, labels: { a: 1 }, status: REVOKED, lifetime: 1w, left: -3d, key: dsa-1024, signature: MD5WITHRSA, issuer: CN=x, sharedKey: \"false\", csr: none, at: 2026-01-01 }, expect: { action: none } }\n",
    ]
}
