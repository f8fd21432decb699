import Foundation
import Testing

@Suite("Policy files that are not read")
struct PassedOverPoliciesTests {
    private static let stolen = """
        version: 1
        revocations:
          - name: stolen
            match: { device: d-000001 }
            reason: keyCompromise
            mode: revoke-now

        """

    private func workspace() async throws -> Workspace {
        let workspace = try await Workspace(limits: "limits: { revoke: 100% }\n")
        try await workspace.add(devices: #"{"bulk": {"count": 3, "left": 70, "csr": false}}"#)
        return workspace
    }

    private func write(_ workspace: Workspace, _ name: String) throws {
        let folder = (workspace.path + "/policies/" + name as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try workspace.write("policies/" + name, Self.stolen)
    }

    @Test("A suffix in other letters is the same suffix", arguments: ["s.yaml", "S.YAML", "s.yml", "s.Yml", "s.YmL"])
    func read(name: String) async throws {
        let workspace = try await workspace()
        try write(workspace, name)
        let check = try await workspace.job("policy", "check", expecting: 0)
        #expect(check.stdout.contains("2 files checked") && !check.stderr.contains("not read"), check.story)
        #expect(try await workspace.plan().devices("revoke") == ["d-000001"])
    }

    @Test(
        "Whatever else looks like a policy file is named by policy check, plan, run and status, and changes nothing",
        arguments: [
            "incidents/stolen.yaml", "a/b/c/stolen.YML", "stolen.yaml.bak", "stolen.yaml~", "stolen.yaml.disabled",
            "stolen.yml.orig",
            ".stolen.yaml", "stolen.json", "stolen.yaml.txt", "stolen.conf", "stolen", "stolen-yaml", "#stolen.yaml#",
            "old/stolen.yaml.bak",
        ])
    func named(name: String) async throws {
        let workspace = try await workspace()
        try write(workspace, name)
        let check = try await workspace.job("policy", "check", expecting: 0)
        #expect(check.stdout.contains("1 file checked"), check.story)
        for command in [["policy", "check"], ["plan", "--at", now], ["run", "--at", now], ["status", "--at", now]] {
            let output = try await Program.run(Program.rotationJob, command, in: workspace.path)
            #expect(output.status == 0 && output.stderr.contains("policies/\(name)"), output.story)
            #expect(output.stderr.contains("not read"), output.story)
        }
        #expect(try await workspace.plan().devices("revoke") == [])
        let json = try await workspace.job("policy", "check", "--format", "json", expecting: 0).stdout
        #expect(json.contains("\"rule\":\"passed-over\"") && json.contains("policies/\(name)"))
        let sarif = try await workspace.job("policy", "check", "--format", "sarif", expecting: 0).stdout
        #expect(sarif.contains("\"ruleId\":\"passed-over\""))
    }

    @Test(
        "What is set aside on purpose, or belongs to other programs, is no news",
        arguments: [
            "stolen.yaml.example", "sub/stolen.yaml.example", "policy.schema.json", ".git/stolen.yaml",
            "..data/stolen.yaml", ".stolen.yaml.swp",
            "README.md",
        ])
    func quiet(name: String) async throws {
        let workspace = try await workspace()
        try write(workspace, name)
        let check = try await workspace.job("policy", "check", expecting: 0)
        #expect(check.stderr == "", check.story)
    }

    @Test("A folder that the configuration lists is read, and no news; what init makes is none either")
    func listed() async throws {
        let workspace = try await workspace()
        try write(workspace, "incidents/stolen.yaml")
        try workspace.write(
            "rotation.yaml",
            try workspace.text("rotation.yaml").replacing(
                "policies: policies", with: "policies: [policies, policies/incidents]"))
        let check = try await workspace.job("policy", "check", expecting: 0)
        #expect(check.stdout.contains("2 files checked") && check.stderr == "", check.story)
        let fresh = try TemporaryDirectory()
        let made = try await Program.run(Program.rotationJob, ["init", fresh / "w"])
        #expect(made.status == 0)
        let status = try await Program.run(Program.rotationJob, ["policy", "check"], in: fresh / "w")
        #expect(!status.stderr.contains("not read"), status.story)
    }

    @Test("A revision of git is read by the same rule")
    func revision() async throws {
        let workspace = try await workspace()
        try write(workspace, "S.YAML")
        try write(workspace, "other.yaml.bak")
        let script =
            "git init -q . && git add policies && git -c user.name=x -c user.email=x@x commit -qm x && rm policies/S.YAML"
        let made = try await Program.shell(script, in: workspace.path)
        try #require(made.status == 0, made.story)
        let diff = try await workspace.job(
            "policy", "diff", "HEAD:policies", "policies", "--at", now, "--format", "json", expecting: 0
        ).stdout
        #expect(diff.contains("\"files\":2") && diff.contains("d-000001"), "\(diff)")
    }
}
