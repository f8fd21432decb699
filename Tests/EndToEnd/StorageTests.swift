import Foundation
import Testing

@Suite("Storage that refuses")
struct StorageTests {
    /// After a run that could not write and one that could: everything is there, once.
    private func expectComplete(_ workspace: Workspace, plan: String, count: Int) async throws {
        let after = try ExportedDevice.all(await workspace.export())
        #expect(after.count == count)
        #expect(after.filter { $0.count("PENDING_ACTIVATION") != 1 || $0.certificates.count != 2 }.map(\.device) == [])
        #expect(try await Judge.certificates(workspace, policies: "simple", plan: plan).findings == [])
        #expect(try await Judge.manifests(workspace, policies: "simple", plan: plan).findings == [])
    }

    private func planned(_ count: Int) async throws -> (Workspace, plan: String) {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": \#(count)}}"#)
        let plan = workspace.scratch + "/plan.json"
        try await workspace.job("plan", "--at", now, "--format", "json", "--output", plan, expecting: 0)
        return (workspace, plan)
    }

    @Test("a disk that fills up in the middle of a run: a clear error, nothing lost, and the next run goes on")
    func fullDisk() async throws {
        let (workspace, plan) = try await planned(400)
        // A small file system of its own where this user may mount one, else a limit on the size of files.
        let user = geteuid() == 0 ? ["unshare", "-m"] : ["unshare", "-rm"]
        let mayMount =
            try await Program.run("/usr/bin/env", user + ["mount", "-t", "tmpfs", "none", "/mnt"]).status == 0
        let script =
            mayMount
            ? """
            set -e; mkdir "$3"; mount -t tmpfs -o size=$(( $(du -sk "$2" | cut -f1) + 500 ))k none "$3"; cp -a "$2/." "$3/"; cd "$3"
            set +e; "$1" run --at "$4"; echo "status $?"; mount -o remount,size=1g "$3"
            "$1" run --at "$4" >/dev/null || echo "second $?"; cd /; cp -a "$3/." "$2/"
            """
            : """
            cd "$2"; (ulimit -f 1500; "$1" run --at "$4"); echo "status $?"; "$1" run --at "$4" >/dev/null || echo "second $?"
            """
        let output = try await Program.run(
            "/usr/bin/env",
            (mayMount ? user : [])
                + ["sh", "-c", script, "sh", Program.rotationJob, workspace.path, workspace.scratch + "/small", now])
        #expect(output.stdout.contains("status 1\n"), output.story)
        #expect(!output.stdout.contains("second"), output.story)
        #expect(
            output.stderr.contains("space") || output.stderr.contains("full") || output.stderr.contains("large"),
            output.story)
        try await expectComplete(workspace, plan: plan, count: 400)
    }

    @Test("a file that may not grow (SIGXFSZ) is an error that is told, not a death")
    func fileSizeLimit() async throws {
        let (workspace, plan) = try await planned(60)
        let output = try await Program.shell(
            "ulimit -f 8; exec \"$1\" run --at \"$2\"", [Program.rotationJob, now], in: workspace.path)
        #expect(output.signal == nil && output.status == 1, output.story)
        #expect(!output.stderr.isEmpty)
        try await workspace.job("run", "--at", now, expecting: 0)
        try await expectComplete(workspace, plan: plan, count: 60)
    }

    @Test(
        "a folder that may only be read stops the run with its name, and the next run completes it",
        arguments: ["delivery", "inbox/csr"])
    func readOnlyFolder(name: String) async throws {
        let (workspace, plan) = try await planned(5)
        try FileManager.default.createDirectory(
            atPath: workspace.path + "/delivery/manifests", withIntermediateDirectories: true)
        let job = try await Unprivileged(workspace)
        chmod(workspace.path + "/delivery/manifests", 0o555)
        chmod(workspace.path + "/" + name, 0o555)
        let refused = try await job.run(["run", "--at", now])
        #expect([1, 3, 77].contains(refused.status) && refused.signal == nil, refused.story)
        #expect(refused.stderr.contains(name), refused.story)
        chmod(workspace.path + "/delivery/manifests", 0o755)
        chmod(workspace.path + "/" + name, 0o755)
        let done = try await job.run(["run", "--at", now])
        #expect(done.status == 0, done.story)
        try await expectComplete(workspace, plan: plan, count: 5)
    }

    @Test(
        "a file that may not be read is named",
        arguments: ["rotation.yaml", "policies/simple.yaml", "fleet.sqlite", "authorities/ca-1.key"])
    func unreadable(name: String) async throws {
        let (workspace, _) = try await planned(1)
        let job = try await Unprivileged(workspace)
        chmod(workspace.path + "/" + name, 0)
        let output = try await job.run(["run", "--at", now, "--config", "rotation.yaml"])
        #expect([69, 77].contains(output.status) && output.signal == nil, output.story)
        #expect(output.stderr.contains((name as NSString).lastPathComponent), output.story)
    }

    @Test(
        "whatever the umask, nothing that is published can be written by others, and secrets stay closed",
        arguments: ["000", "077"])
    func umask(mask: String) async throws {
        let (workspace, plan) = try await planned(3)
        let output = try await Program.shell(
            "umask \"$1\"; exec \"$2\" run --at \"$3\"", [mask, Program.rotationJob, now], in: workspace.path)
        #expect(output.status == 0, output.story)
        #expect(try await Judge.manifests(workspace, policies: "simple", plan: plan).findings == [])
        let files = FileManager.default
        for file in Tree(workspace.path).files {
            let mode = try #require(
                files.attributesOfItem(atPath: workspace.path + "/" + file)[.posixPermissions] as? Int)
            #expect(mode & 0o022 == 0, "\(file) is \(String(mode, radix: 8))")
            if file.hasPrefix("delivery/") { #expect(mode == 0o644, "\(file) is \(String(mode, radix: 8))") }
            if file.hasPrefix("fleet.sqlite") { #expect(mode & 0o007 == 0, "\(file) is \(String(mode, radix: 8))") }
        }
    }
}
