import Foundation
import Testing

@Suite("What docs/issuers.md shows")
struct ExampleIssuerTests {
    private static func page() throws -> String {
        try String(contentsOfFile: Package.root + "/docs/issuers.md", encoding: .utf8)
    }

    /// The page's code blocks of a language.
    private static func blocks(_ language: String) throws -> [String] {
        try page().components(separatedBy: "```\(language)\n").dropFirst().map {
            $0.components(separatedBy: "```")[0]
        }
    }

    @Test("The issuer in 20 lines issues certificates that are as good as our own, and the same ones again")
    func example() async throws {
        let text = try #require(Self.blocks("python").first)
        let workspace = try await Workspace()
        let key = try workspace.moveOutside(command: [])
        try workspace.write("issuer", text)
        chmod(workspace.path + "/issuer", 0o755)
        try workspace.moveOutside(
            command: [Program.python, "./issuer", "authorities/ca-1.pem", key, workspace.scratch])
        try await workspace.add(devices: #"{"bulk": {"count": 3}}"#)
        let plan = workspace.scratch + "/plan.json"
        try await workspace.job("plan", "--at", now, "--format", "json", "--output", plan, expecting: 0)
        // The first run dies as soon as there is an answer; what was issued then is what devices get.
        let run = try Program.start(Program.rotationJob, ["run", "--at", now], in: workspace.path)
        while issued(workspace).isEmpty && run.isRunning { try await Task.sleep(for: .milliseconds(2)) }
        run.send(SIGKILL)
        _ = await run.output()
        try await workspace.job("run", "--at", now, expecting: 0)
        let verdict = try await Judge.certificates(workspace, policies: "simple", plan: plan, crl: nil)
        #expect(verdict.findings == [])
        #expect(verdict.issued == 3)
        #expect(issued(workspace).count == 3)
        #expect(text.split(separator: "\n").count <= 30)
    }

    private func issued(_ workspace: Workspace) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: workspace.scratch)) ?? []
        return names.filter { $0.hasSuffix(".pem") }
    }

    @Test("Its configuration is one that the program reads, and its requests and answers are JSON")
    func texts() async throws {
        let workspace = try await Workspace()
        let yaml = try Self.blocks("yaml")
        #expect(yaml.count == 3)
        let rest = Workspace.configuration.components(separatedBy: "authorities:")[0]
        try FileManager.default.copyItem(
            atPath: workspace.path + "/authorities/ca-2.pem", toPath: workspace.path + "/authorities/root.pem")
        try workspace.write("rotation.yaml", rest + yaml[0])
        let check = try await workspace.job("policy", "check", expecting: 0)
        #expect(
            (check.stdout + check.stderr).contains("authority fleet-ca-1 cannot be asked: there is no program"),
            check.story)
        for block in try Self.blocks("json") {
            let texts = block.hasPrefix("{\n") ? [block] : block.split(separator: "\n").map(String.init)
            for text in texts {
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
            }
        }
    }

    @Test(
        "Every option of the shipped issuers that is written there is in their help",
        arguments: ["openssl-ca", "aws-private-ca"])
    func options(name: String) async throws {
        let section = try #require(
            Self.page().components(separatedBy: "\n## \(name)\n").last?.components(separatedBy: "\n## ")[0])
        let options = Set(section.matches(of: /--[a-z]+/).map { String($0.output) })
        #expect(options.count >= 5)
        let help = try await Program.run(MotoServer.python, [Package.root + "/issuers/" + name, "--help"])
        #expect(help.status == 0, help.story)
        for option in options { #expect(help.stdout.contains(option), "\(option)") }
    }
}
