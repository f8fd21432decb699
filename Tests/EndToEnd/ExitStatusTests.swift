import Foundation
import Testing

@Suite("Exit statuses mean what they say")
struct ExitStatusTests {
    private func oneDue(limits: String = "") async throws -> Workspace {
        let workspace = try await Workspace(limits: limits)
        try await workspace.add(devices: #"{"bulk": {"count": 3}}"#)
        return workspace
    }

    @Test(
        "64: wrong usage",
        arguments: [
            ["no-such-command"], ["plan", "--no-such-option"], ["plan", "--at", "yesterday"],
            ["plan", "--format", "xls"],
        ])
    func usage(arguments: [String]) async throws {
        let workspace = try await Workspace()
        let output = try await Program.run(Program.rotationJob, arguments, in: workspace.path)
        #expect(output.status == 64, output.story)
        #expect(output.stdout == "" && !output.stderr.isEmpty)
    }

    @Test("65: a policy with a mistake is named by file, line and column, by policy check, plan and run alike")
    func badPolicy() async throws {
        let workspace = try await oneDue()
        try workspace.write(
            "policies/simple.yaml",
            try workspace.text("policies/simple.yaml").replacing("renewBefore", with: "renewBefor"))
        let check = try await workspace.job("policy", "check", expecting: 65)
        #expect((check.stdout + check.stderr).contains("policies/simple.yaml:5:"), check.story)
        #expect((check.stdout + check.stderr).contains("renewBefore"), check.story)
        let before = Tree(workspace.path)
        try await workspace.job("plan", "--at", now, expecting: 65)
        #expect(Tree(workspace.path).differences(from: before) == [])
        try await workspace.job("run", "--at", now, expecting: 65)
    }

    @Test("69: an authority's key that is not there stops the run before it issues")
    func missingKey() async throws {
        let workspace = try await oneDue()
        try FileManager.default.removeItem(atPath: workspace.path + "/authorities/ca-1.key")
        let output = try await workspace.job("run", "--at", now, expecting: 69)
        #expect(output.stderr.contains("ca-1.key"), output.story)
        #expect(try ExportedDevice.all(await workspace.export()).allSatisfy { $0.certificates.count == 1 })
    }

    @Test("75: a second run while one holds the workspace")
    func locked() async throws {
        let workspace = try await oneDue()
        try await workspace.job("run", "--at", now, "--limit", "1", expecting: 0)
        // Whatever the lock's file is called, it stands in the workspace now; this process holds them all.
        let lockable = [""] + Tree(workspace.path).files.filter { !$0.hasSuffix(".sqlite") }
        let held = lockable.map { open(workspace.path + "/" + $0, O_RDONLY | O_CLOEXEC) }
        for descriptor in held { #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0) }
        let refused = try await workspace.job("run", "--at", now, expecting: 75)
        #expect(!refused.stderr.isEmpty)
        #expect(try await workspace.plan().devices("issue").count == 2, "a dry run needs no lock")
        for descriptor in held { close(descriptor) }
        try await workspace.job("run", "--at", now, expecting: 0)
    }

    @Test("77: a key that others may read", arguments: ["ca-1.key", "manifest.key"])
    func openKey(name: String) async throws {
        let workspace = try await oneDue()
        chmod(workspace.path + "/authorities/" + name, 0o644)
        let output = try await workspace.job("run", "--at", now, expecting: 77)
        #expect(output.stderr.contains(name) && output.stderr.contains("chmod"), output.story)
    }

    @Test("78: a configuration that is missing, or has a key that nobody knows")
    func badConfiguration() async throws {
        let workspace = try await oneDue()
        try workspace.write(
            "rotation.yaml", try workspace.text("rotation.yaml").replacing("delivery:", with: "delivry:"))
        let unknown = try await workspace.job("plan", expecting: 78)
        let lines = try workspace.text("rotation.yaml").split(separator: "\n", omittingEmptySubsequences: false)
        let line = try #require(lines.firstIndex { $0.hasPrefix("delivry:") }) + 1
        #expect(
            unknown.stderr.contains("rotation.yaml:\(line):1") && unknown.stderr.contains("delivery"), unknown.story)
        let missing = try await workspace.job("plan", "--config", "nowhere.yaml", expecting: 78)
        #expect(missing.stderr.contains("nowhere.yaml"), missing.story)
    }

    @Test("3: a guard stops the run before it does anything")
    func guarded() async throws {
        let workspace = try await oneDue(limits: "limits: { issue: 2 }\n")
        let before = try await workspace.export()
        let stopped = try await workspace.job("run", "--at", now, expecting: 3)
        #expect(stopped.stderr.contains("2"), stopped.story)
        #expect(try await workspace.export() == before)
        #expect(!Tree(workspace.path + "/delivery").files.contains { $0.hasSuffix(".jws") })
    }

    @Test("0: --help and --version, on standard output", arguments: [["--help"], ["--version"], ["run", "--help"]])
    func help(arguments: [String]) async throws {
        let output = try await Program.run(Program.rotationJob, arguments)
        #expect(output.status == 0 && !output.stdout.isEmpty && output.stderr.isEmpty, output.story)
    }

    @Test("init never overwrites")
    func initTwice() async throws {
        let workspace = try await oneDue()
        let before = Tree(workspace.path)
        let again = try await Program.run(Program.rotationJob, ["init", workspace.path, "--with-authority"])
        #expect(again.status == 0 && again.stdout.contains("kept"), again.story)
        // What was missing is made; what was there is what it was.
        let changed = Tree(workspace.path).differences(from: before)
        #expect(Set(changed) == ["policies/starter.yaml.example", "policies/policy.schema.json"])
    }
}
