import Foundation
import Testing

@Suite("Metrics")
struct MetricsTests {
    private static let textfile = "metrics.prom"

    private func fleet() async throws -> Workspace {
        let workspace = try await Workspace(limits: "metrics: { textfile: \(MetricsTests.textfile) }\n")
        try await workspace.add(devices: #"{"bulk": {"count": 3}}"#)
        return workspace
    }

    /// The value of a sample; nil where there is none.
    private func value(_ sample: String, in text: String) -> Double? {
        text.split(separator: "\n").first { $0.hasPrefix(sample + " ") }.flatMap { line in
            line.split(separator: " ").last.flatMap { Double($0) }
        }
    }

    @Test("promtool finds nothing to say about them, before the first run and after it")
    func judged() async throws {
        let workspace = try await fleet()
        for _ in 1...2 {
            let text = try await workspace.job("metrics", "--at", now, expecting: 0).stdout
            #expect(text.hasSuffix("# EOF\n"))
            let judged = try await DeviceAgent.program(["promtool", "check", "metrics"], input: Data(text.utf8))
            #expect(judged.status == 0 && judged.stdout + judged.stderr == "", judged.story)
            try await workspace.job("run", "--at", now, expecting: 0)
        }
    }

    @Test("promtool would say something about a name that breaks its rules")
    func judgeCanRefuse() async throws {
        let text = "# TYPE rotation_devices_total gauge\nrotation_devices_total 3\n"
        let judged = try await DeviceAgent.program(["promtool", "check", "metrics"], input: Data(text.utf8))
        #expect(judged.status != 0)
    }

    @Test(
        "Each run and each status writes them to the file of rotation.yaml, readable by all; `metrics` and `plan` do not"
    )
    func textfile() async throws {
        let workspace = try await fleet()
        let path = workspace.path + "/" + MetricsTests.textfile
        try await workspace.job("metrics", "--at", now, expecting: 0)
        try await workspace.job("plan", "--at", now, expecting: 0)
        #expect(!FileManager.default.fileExists(atPath: path))
        _ = try await workspace.job("status", "--at", now)
        let before = try workspace.text(MetricsTests.textfile)
        #expect(value("rotation_fleet_devices", in: before) == 3)
        #expect(value(#"rotation_plan_certificates{action="issue"}"#, in: before) == 3)
        #expect(value(#"rotation_inbox_files{kind="csr"}"#, in: before) == 3)
        #expect(value("rotation_run_started_timestamp_seconds", in: before) == nil)
        try await workspace.job("run", "--at", now, expecting: 0)
        let after = try workspace.text(MetricsTests.textfile)
        #expect(value(#"rotation_plan_certificates{action="issue"}"#, in: after) == 0)
        #expect(value(#"rotation_rotations{state="delivered"}"#, in: after) == 3)
        #expect(value(#"rotation_run_outcome{outcome="completed"}"#, in: after) == 1)
        #expect(value(#"rotation_run_certificates{status="issued"}"#, in: after) == 3)
        #expect(value(#"rotation_fleet_certificates{status="ACTIVE"}"#, in: after) == 3)
        #expect(value(#"rotation_fleet_certificates{status="PENDING_ACTIVATION"}"#, in: after) == 3)
        #expect(value("rotation_metrics_timestamp_seconds", in: after) == 1_796_083_200)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o644 && workspace.names(in: ".").filter { $0.contains(MetricsTests.textfile) }.count == 1)
    }

    @Test("A run that fails says so in them; one that is kept out by another leaves them to that one")
    func failed() async throws {
        let workspace = try await fleet()
        try await workspace.job("run", "--at", now, expecting: 0)
        let jumped = try await workspace.job("run", "--at", "2030-12-01T00:00:00Z", expecting: 3)
        #expect(jumped.stderr.contains("--accept-time"))
        let text = try workspace.text(MetricsTests.textfile)
        #expect(value("rotation_attention", in: text).map { $0 > 0 } == true)
        #expect(value("rotation_metrics_timestamp_seconds", in: text) == 1_922_313_600)
    }

    @Test("Where they cannot be written that is a warning, and the run's exit status is its own")
    func unwritable() async throws {
        let workspace = try await Workspace(limits: "metrics: { textfile: nowhere/metrics.prom }\n")
        try await workspace.add(devices: #"{"bulk": {"count": 1}}"#)
        let output = try await workspace.job("run", "--at", now, expecting: 0)
        #expect(
            output.stderr.contains("the metrics were not written") && output.stderr.contains("nowhere/metrics.prom:"))
        try FileManager.default.createDirectory(
            atPath: workspace.path + "/nowhere/metrics.prom", withIntermediateDirectories: true)
        let folder = try await workspace.job("run", "--at", now, expecting: 0)
        #expect(folder.stderr.contains("nowhere/metrics.prom: cannot write it: it is a folder"), folder.story)
        #expect(workspace.names(in: "nowhere") == ["metrics.prom"])
    }

    @Test("A file that the collector would not read is a mistake in the configuration")
    func suffix() async throws {
        let workspace = try await Workspace(limits: "metrics: { textfile: metrics.txt }\n")
        let output = try await workspace.job("status", "--at", now, expecting: 78)
        #expect(output.stderr.contains(".prom") && output.stderr.contains("rotation.yaml:"))
    }

    @Test("The alert rules do what their tests say, as promtool tries them")
    func rules() async throws {
        let folder = Package.root + "/examples/monitoring"
        let tried = try await DeviceAgent.program([
            "promtool", "test", "rules", folder + "/rotation-job.rules.test.yml",
        ])
        #expect(tried.status == 0 && tried.stdout.contains("SUCCESS"), tried.story)
    }

    @Test("Rules, dashboard and documentation name the metrics that there are")
    func names() async throws {
        let source = try String(contentsOfFile: Package.root + "/Sources/Reports/MetricsText.swift", encoding: .utf8)
        let known = Set(source.matches(of: /"(rotation_[a-z0-9_]+)"/).map { String($0.1) })
        #expect(known.count > 25)
        for file in [
            "examples/monitoring/rotation-job.rules.yml", "examples/monitoring/grafana-dashboard.json",
        ] {
            let text = try String(contentsOfFile: Package.root + "/" + file, encoding: .utf8)
            let named = Set(text.matches(of: /rotation_[a-z0-9_]+/).map { String($0.0) })
            #expect(named.count >= 10 && named.subtracting(known) == [], "\(file)")
        }
        let guide = try String(contentsOfFile: Package.root + "/docs/metrics.md", encoding: .utf8)
        for name in known {
            let stem = name.replacing("rotation_fleet_active_certificates_by_issuer", with: "…_by_issuer")
            #expect(guide.contains("`\(stem)`"), "\(name) is not in docs/metrics.md")
        }
    }
}
