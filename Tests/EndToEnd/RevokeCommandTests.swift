import Foundation
import Testing

@Suite("Revoking on the command line")
struct RevokeCommandTests {
    private func workspace(limits: String = "limits: { revoke: 50% }\n") async throws -> Workspace {
        let workspace = try await Workspace(limits: limits)
        try await workspace.add(devices: #"{"bulk": {"count": 4, "left": 70, "csr": false}}"#)
        return workspace
    }

    private func statuses(_ workspace: Workspace) async throws -> [String] {
        try ExportedDevice.all(await workspace.export()).flatMap { $0.certificates.map(\.status) }.sorted()
    }

    @Test(
        "64: what to revoke and why has to be said, once, and nothing is done where it is not",
        arguments: [
            [], ["--device", "d-000000"], ["--reason", "superseded"], ["--device", "d-000000", "--reason", "stolen"],
            ["--device", "d-000000", "--key", "ab", "--reason", "superseded"],
            ["--serial", "01", "--reason", "superseded"], ["--issuer", "fleet-ca-1", "--reason", "superseded"],
            ["--device", "d-000000", "--reason", "superseded", "--now", "--replace-first"],
            ["--device", "d-000000", "--reason", "superseded", "--deadline", "72h"],
            ["--device", "d-000000", "--reason", "superseded", "--replace-first", "--deadline", "0h"],
            ["--device", "d-000000", "--reason", "superseded", "--withdraw", "manual:1"],
        ])
    func usage(arguments: [String]) async throws {
        let workspace = try await workspace()
        let before = Tree(workspace.path)
        let output = try await Program.run(Program.rotationJob, ["revoke"] + arguments, in: workspace.path)
        #expect(output.status == 64 && output.stdout == "", output.story)
        #expect(Tree(workspace.path).differences(from: before) == [])
    }

    @Test(
        "65: what is not there is named",
        arguments: [
            ["--device", "d-9"], ["--fingerprint", String(repeating: "0", count: 64)], ["--fingerprint", "xyz"],
            ["--key", String(repeating: "0", count: 64)], ["--serial", "12", "--issuer", "fleet-ca-1"],
            ["--serial", "no", "--issuer", "fleet-ca-1"],
        ])
    func unknown(arguments: [String]) async throws {
        let workspace = try await workspace()
        let output = try await Program.run(
            Program.rotationJob, ["revoke"] + arguments + ["--reason", "superseded"], in: workspace.path)
        #expect(output.status == 65 && output.stdout == "" && !output.stderr.isEmpty, output.story)
        #expect(try await statuses(workspace) == Array(repeating: "ACTIVE", count: 4))
    }

    @Test(
        "An order is recorded with a name, shown by the dry run, taken back by its name, or carried out by the next run"
    )
    func life() async throws {
        let workspace = try await workspace()
        let first = try await workspace.job(
            "revoke", "--device", "d-000001", "--reason", "keyCompromise", "--note", "lost", "--at", now, expecting: 0)
        #expect(first.stdout.contains("manual:1"), first.story)
        #expect(try await workspace.plan().devices("revoke") == ["d-000001"])
        try await workspace.job("revoke", "--withdraw", "manual:1", expecting: 0)
        #expect(try await workspace.plan().devices("revoke") == [])
        try await workspace.job("revoke", "--withdraw", "manual:1", expecting: 65)
        try await workspace.job(
            "revoke", "--device", "d-000001", "--reason", "keyCompromise", "--at", now, expecting: 0)
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(try await statuses(workspace) == ["ACTIVE", "ACTIVE", "ACTIVE", "REVOKED"])
        #expect(try await Judge.revocations(workspace, at: now).findings == [])
        let story = try await workspace.job("inventory", "show", "d-000001", expecting: 0).stdout
        #expect(story.contains("for keyCompromise by manual:2"), "\(story)")
        let audit = try await workspace.job("audit", "--device", "d-000001", expecting: 0).stdout
        #expect(audit.contains("revoked"))
    }

    @Test("With --now it is done when the command returns; over the limit nothing is, and the exit status is 3")
    func atOnce() async throws {
        let workspace = try await workspace(limits: "limits: { revoke: 25% }\n")
        try await workspace.job(
            "revoke", "--device", "d-000001", "--reason", "keyCompromise", "--now", "--at", now, expecting: 0)
        #expect(try await Judge.revocations(workspace, at: now).revoked == 1)
        let tight = try await self.workspace(limits: "limits: { revoke: 0% }\n")
        let output = try await tight.job(
            "revoke", "--device", "d-000001", "--reason", "keyCompromise", "--now", "--at", now, expecting: 3)
        #expect(output.stderr.contains("limits.revoke"), output.story)
        #expect(try await statuses(tight) == Array(repeating: "ACTIVE", count: 4))
        #expect(try await tight.plan().devices("revoke") == [])
    }

    @Test("The audit says that it is unbroken, and where it is broken")
    func audit() async throws {
        let workspace = try await workspace()
        try await workspace.job("run", "--at", now, expecting: 0)
        let whole = try await workspace.job("audit", "--verify", expecting: 0)
        #expect(whole.stdout.contains("unbroken"))
        let edit = """
            DROP TRIGGER audit_is_not_changed; UPDATE audit SET actor = 'nobody' WHERE id = 2;
            """
        let edited = try await Program.run(
            Program.python,
            ["-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.close()"]
                + [workspace.path + "/fleet.sqlite", edit])
        try #require(edited.status == 0, edited.story)
        let broken = try await workspace.job("audit", "--verify", expecting: 1)
        #expect(broken.stderr.contains("entry 2") && broken.stdout == "", broken.story)
    }

    @Test("What every command takes may stand before the command too")
    func leadingOptions() async throws {
        let workspace = try await workspace()
        let config = workspace.path + "/rotation.yaml"
        for arguments in [
            ["--config", config, "plan", "--at", now], ["--quiet", "--config=" + config, "inventory", "summary"],
            ["--log-level", "error", "--no-color", "--config", config, "policy", "check"],
            ["plan", "--config", config, "--at", now],
        ] {
            let output = try await Program.run(Program.rotationJob, arguments)
            #expect(output.status == 0, output.story)
        }
        #expect(try await Program.run(Program.rotationJob, ["--config"]).status == 64)
        #expect(try await Program.run(Program.rotationJob, ["--config", config]).status == 64)
    }
}
