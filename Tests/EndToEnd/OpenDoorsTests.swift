import Foundation
import Testing

@Suite("Files that others may write to")
struct OpenDoorsTests {
    @Test(
        "the configuration and the policies are refused, with the path, what is wrong and the command that mends it",
        arguments: ["rotation.yaml", "policies", "policies/simple.yaml"], [0o666, 0o664, 0o602])
    func refused(name: String, mode: Int) async throws {
        let workspace = try await Workspace()
        let path = workspace.path + "/" + name
        chmod(path, mode_t(mode | (name == "policies" ? 0o111 : 0)))
        for command in ["plan", "run"] {
            let output = try await workspace.job(command, "--at", now)
            #expect(output.status == 77, output.story)
            #expect(output.stderr.contains(name) && output.stderr.contains("chmod go-w"), output.story)
        }
        chmod(path, name == "policies" ? 0o755 : 0o644)
        try await workspace.job("run", "--at", now, expecting: 0)
    }

    @Test("a configuration or policy of another user is refused", arguments: ["rotation.yaml", "policies/simple.yaml"])
    func foreign(name: String) async throws {
        guard geteuid() == 0 else { return }
        let workspace = try await Workspace()
        chown(workspace.path + "/" + name, 65_533, 65_533)
        let output = try await workspace.job("run", "--at", now)
        #expect(output.status == 77 && output.stderr.contains("65533") && output.stderr.contains("chown"), output.story)
    }

    @Test(
        "the rest is warned about, by run and status, and the run goes on",
        arguments: ["fleet.sqlite", "", "authorities", "delivery", "reports"])
    func warned(name: String) async throws {
        let workspace = try await Workspace()
        let path = name.isEmpty ? workspace.path : workspace.path + "/" + name
        chmod(path, name == "fleet.sqlite" ? 0o660 : 0o777)
        let run = try await workspace.job("run", "--at", now)
        #expect(run.status == 0, run.story)
        let mode = name == "fleet.sqlite" ? "mode 660" : "mode 777"
        #expect(run.stderr.contains(mode) && run.stderr.contains("chmod go-w"), run.story)
        let status = try await workspace.job("status", "--at", now)
        #expect(status.stdout.contains(mode), status.story)
    }

    @Test("a folder that anybody may write to, but in which nobody removes what is another's, is no open door")
    func sticky() async throws {
        let workspace = try await Workspace()
        chmod(workspace.path, 0o1777)
        let run = try await workspace.job("run", "--at", now)
        #expect(run.status == 0 && !run.stderr.contains("chmod"), run.story)
    }
}
