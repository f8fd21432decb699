import Foundation
import Testing

@Suite("doctor")
struct DoctorTests {
    private struct Report: Decodable {
        struct Finding: Decodable {
            let code: String
            let place: String
            let what: String
            let remedy: String
        }
        let findings: [Finding]
        let count: Int
    }

    private static let told = "notify: [{ on: [failed], command: [/bin/true] }]\n"

    /// A workspace in which nothing is in the way: devices that a policy covers, a run, and somebody who is told.
    private func healthy(hasRun: Bool = true) async throws -> Workspace {
        let workspace = try await Workspace(limits: Self.told)
        let devices = ["sensor-1", "sensor-2"].map {
            ["device": $0, "certificates": [["left": 5, "lifetime": 90]], "csr": [:]] as [String: Any]
        }
        try await workspace.add(
            devices: String(decoding: JSONSerialization.data(withJSONObject: ["devices": devices]), as: UTF8.self))
        if hasRun { try await workspace.job("run", "--at", now, expecting: 0) }
        return workspace
    }

    private func findings(
        _ workspace: Workspace, at: String = now, machine: Bool = false
    ) async throws -> [Report.Finding] {
        let output = try await Program.run(
            Program.rotationJob, ["doctor", "--json", "--at", at] + (machine ? [] : ["--workspace-only"]),
            in: workspace.path)
        let report = try JSONDecoder().decode(Report.self, from: output.stdoutBytes)
        #expect(report.count == report.findings.count)
        #expect(output.status == (report.count == 0 ? 0 : 1), output.story)
        #expect(
            report.findings.allSatisfy { !$0.place.isEmpty && !$0.what.isEmpty && !$0.remedy.isEmpty }, output.story)
        return report.findings
    }

    @Test("In a workspace with nothing in the way it says so, and exits with 0; it changes nothing")
    func nothing() async throws {
        let workspace = try await healthy()
        let before = Tree(workspace.path)
        let output = try await workspace.job("doctor", "--workspace-only", "--at", now, expecting: 0)
        #expect(output.stdout == "Nothing is in the way.\n")
        #expect(try await findings(workspace).isEmpty)
        #expect(Tree(workspace.path) == before)
    }

    /// A damage, by the code of its finding.
    enum Damage: String, CaseIterable, Sendable {
        case configuration, permission, inventoryMissing = "inventory-missing", folderMissing = "folder-missing"
        case inboxObstacle = "inbox-obstacle", noAuthority = "no-authority", noManifestKey = "no-manifest-key",
            authority
        case keyUnavailable = "key-unavailable", keyPermission = "key-permission", keyOther = "key-other"
        case tokenModule = "token-module", issuer, nobodyTold = "nobody-told", noticeProgram = "notice-program"
        case metricsFolder = "metrics-folder", policy, noPolicy = "no-policy", uncovered, fleet

        func apply(to workspace: Workspace) throws {
            let files = FileManager.default
            let ca = workspace.path + "/authorities/ca-1"
            switch self {
            case .configuration: try edit(workspace, "version: 1", "version: 1\ncolour: blue")
            case .permission: chmod(workspace.path, 0o777)
            case .inventoryMissing: try files.removeItem(atPath: workspace.path + "/fleet.sqlite")
            case .folderMissing: try files.removeItem(atPath: workspace.path + "/inbox/ack")
            case .inboxObstacle:
                try files.removeItem(atPath: workspace.path + "/inbox/ack")
                try files.createSymbolicLink(atPath: workspace.path + "/inbox/ack", withDestinationPath: "/tmp")
            case .noAuthority:
                try workspace.write(
                    "rotation.yaml", "version: 1\nmanifests: { key: { file: authorities/manifest.key } }\n" + told)
            case .noManifestKey:
                try edit(workspace, "manifests: { key: { file: authorities/manifest.key }, validity: 30d }", "")
            case .authority: try workspace.write("authorities/ca-1.pem", "no certificate")
            case .keyUnavailable: try files.removeItem(atPath: ca + ".key")
            case .keyPermission: chmod(ca + ".key", 0o644)
            case .keyOther:
                try files.removeItem(atPath: ca + ".key")
                try files.copyItem(atPath: workspace.path + "/authorities/manifest.key", toPath: ca + ".key")
            case .tokenModule:
                try edit(
                    workspace, "key: { file: authorities/ca-2.key }",
                    "key: { pkcs11: \"pkcs11:token=a;object=b\", module: /nowhere/module.so }")
            case .issuer: try edit(workspace, "key: { file: authorities/ca-2.key }", "command: [/nowhere/issuer]")
            case .nobodyTold: try edit(workspace, told, "")
            case .noticeProgram: try edit(workspace, "/bin/true", "/nowhere/mail")
            case .metricsFolder: try edit(workspace, told, told + "metrics: { textfile: nowhere/a.prom }\n")
            case .policy: try edit(workspace, "renewBefore: 30d", "renewBefor: 30d", in: "policies/simple.yaml")
            case .noPolicy: try files.removeItem(atPath: workspace.path + "/policies/simple.yaml")
            case .uncovered:
                try edit(
                    workspace, "- name: everyone\n", "- name: everyone\n    match: { device: pump-1 }\n",
                    in: "policies/simple.yaml")
            case .fleet: try workspace.write("fleet.sqlite", String(repeating: "no database", count: 1000))
            }
        }

        private func edit(_ workspace: Workspace, _ old: String, _ new: String, in name: String = "rotation.yaml")
            throws
        {
            let text = try workspace.text(name)
            try #require(text.contains(old))
            try workspace.write(name, text.replacing(old, with: new))
        }
    }

    @Test("Each damage is a finding of its kind", arguments: Damage.allCases)
    func damaged(damage: Damage) async throws {
        let workspace = try await healthy()
        try damage.apply(to: workspace)
        let found = try await findings(workspace)
        #expect(found.map(\.code).contains(damage.rawValue), "\(found)")
    }

    @Test("Every code stands in the table of docs/operations.md")
    func documented() throws {
        let folder = Package.root + "/Sources/Job/Doctor"
        let document = try String(contentsOfFile: Package.root + "/docs/operations.md", encoding: .utf8)
        var codes: Set<String> = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
            for match in text.matches(of: /Finding\(\s*(?:[^"()]*\? )?"(?<code>[a-z-]+)"(?: : "(?<other>[a-z-]+)")?/) {
                codes.insert(String(match.output.code))
                if let other = match.output.other { codes.insert(String(other)) }
            }
        }
        #expect(codes.count > 30, "\(codes.sorted())")
        for code in codes { #expect(document.contains("`\(code)`"), "\(code)") }
    }

    @Test("A mistake in the configuration or a policy is named with file, line and column")
    func places() async throws {
        let workspace = try await healthy()
        try Damage.policy.apply(to: workspace)
        let policy = try await findings(workspace)
        #expect(policy.first?.place.contains("policies/simple.yaml:5:") == true, "\(policy)")
        try Damage.configuration.apply(to: workspace)
        let configuration = try await findings(workspace)
        #expect(configuration.first?.place.hasSuffix("rotation.yaml:2:1") == true, "\(configuration)")
    }

    @Test("Where there is no workspace it says how to make one")
    func noWorkspace() async throws {
        let folder = try TemporaryDirectory()
        let output = try await Program.run(Program.rotationJob, ["doctor"], in: folder.path)
        #expect(output.status == 1 && output.stdout.contains("rotation-job init DIR"), output.story)
    }

    @Test(
        "A workspace as init leaves it wants devices, a policy and somebody to tell; mended step by step nothing is left"
    )
    func fromTheStart() async throws {
        let folder = try TemporaryDirectory()
        let path = folder / "new"
        func codes() async throws -> Set<String> {
            let output = try await Program.run(
                Program.rotationJob, ["doctor", "--json", "--workspace-only"], in: path)
            return Set(try JSONDecoder().decode(Report.self, from: output.stdoutBytes).findings.map(\.code))
        }
        func program(_ arguments: [String]) async throws {
            let output = try await Program.run("/usr/bin/env", arguments, in: path)
            try #require(output.status == 0, output.story)
        }
        let made = try await Program.run(Program.rotationJob, ["init", path, "--with-authority"])
        try #require(made.status == 0, made.story)
        #expect(try await codes() == ["nobody-told", "no-policy", "inventory-empty"])
        try await program(["cp", "policies/starter.yaml.example", "policies/starter.yaml"])
        try await program(["sh", "-c", "printf '%s' '\(Self.told)' >>rotation.yaml"])
        #expect(try await codes() == ["inventory-empty"])
        let subject = [
            "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=sensor-1",
        ]
        try await program(["openssl", "req"] + subject + ["-keyout", "/dev/null", "-days", "300", "-out", "one.pem"])
        let csv =
            "device_id,account,status,certificate\nsensor-1,1,ACTIVE,\"\(try String(contentsOfFile: path + "/one.pem", encoding: .utf8))\"\n"
        try Data(csv.utf8).write(to: URL(fileURLWithPath: path + "/fleet.csv"))
        try await program([Program.rotationJob, "inventory", "import", "fleet.csv"])
        #expect(try await codes() == ["never-run"])
        try await program([Program.rotationJob, "run"])
        #expect(try await codes() == [])
    }

    @Test("Devices that are due and blocked, a job that never ran, and a time that a run would refuse are findings")
    func fleetAndClock() async throws {
        let workspace = try await healthy(hasRun: false)
        #expect(try await findings(workspace).map(\.code) == ["never-run"])
        let configuration = try workspace.text("rotation.yaml")
        try workspace.write(
            "rotation.yaml",
            configuration.replacing("name: fleet-ca-1\n", with: "name: fleet-ca-1\n    retire: 2026-01-01\n"))
        #expect(try await findings(workspace).map(\.code).contains("blocked"))
        try workspace.write("rotation.yaml", configuration)
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(try await findings(workspace, at: "2027-06-01T00:00:00Z").map(\.code).contains("clock-jump"))
    }

    @Test(
        "What this user may not write is a finding; so is root where the workspace is another user's",
        .enabled(if: geteuid() == 0))
    func users() async throws {
        let workspace = try await healthy()
        let user = try await Unprivileged(workspace)
        #expect(try await findings(workspace).map(\.code).contains("root"))
        let report = { (output: Output) in try JSONDecoder().decode(Report.self, from: output.stdoutBytes).findings }
        let own = try await report(user.run(["doctor", "--json", "--workspace-only", "--at", now]))
        #expect(own.isEmpty, "\(own)")
        let taken = try await Program.run("/usr/bin/env", ["chown", "root:root", workspace.path + "/delivery"])
        try #require(taken.status == 0, taken.story)
        let shut = try await report(user.run(["doctor", "--json", "--workspace-only", "--at", now]))
        #expect(shut.map(\.code).contains("not-writable"), "\(shut)")
    }

    @Test("A list that nobody serves, an old one and the right one are told apart; so are a gate that answers and none")
    func network() async throws {
        let workspace = try await healthy()
        let port = 20_000 + Int.random(in: 0..<20_000)
        let web = workspace.scratch + "/web"
        try FileManager.default.createDirectory(atPath: web, withIntermediateDirectories: true)
        let configuration = try workspace.text("rotation.yaml")
            .replacing("http://crl.example.com/", with: "http://127.0.0.1:\(port)/")
        try workspace.write("rotation.yaml", configuration + "gate: { local: gate.sock, proxy: proxy.sock }\n")
        try FileManager.default.createDirectory(
            atPath: workspace.path + "/inbox/gate", withIntermediateDirectories: true)
        chmod(workspace.path + "/inbox/gate", 0o700)
        let none = try await findings(workspace, machine: true).map(\.code)
        #expect(none.contains("crl-not-served") && none.contains("gate-unreachable"), "\(none)")
        let server = try Program.start(
            Program.python, ["-m", "http.server", "--bind", "127.0.0.1", "--directory", web, "\(port)"])
        // Python's leaves SIGTERM as it inherits it, and who runs tests may have that ignored.
        defer { server.send(SIGKILL) }
        let gate = try Program.start(Program.rotationGate, ["--config", workspace.path + "/rotation.yaml"])
        defer { gate.send(SIGKILL) }
        let list = workspace.path + "/delivery/crl/fleet-ca-1.crl"
        try FileManager.default.copyItem(atPath: list, toPath: web + "/fleet-ca-1.crl")
        // Both are up once nothing of them is found any more.
        var found = none
        for _ in 0..<100 where found.contains("crl-not-served") || found.contains("gate-unreachable") {
            found = try await findings(workspace, machine: true).map(\.code)
        }
        let network = ["crl", "gate"]
        #expect(!found.contains { code in network.contains { code.hasPrefix($0) } }, "\(found)")
        try await workspace.job(
            "revoke", "--device", "sensor-1", "--reason", "keyCompromise", "--now", "--at", now, expecting: 0)
        #expect(try await findings(workspace, machine: true).map(\.code).contains("crl-old"))
        try Data("<html>".utf8).write(to: URL(fileURLWithPath: web + "/fleet-ca-1.crl"))
        #expect(try await findings(workspace, machine: true).map(\.code).contains("crl-not-served"))
    }
}
