import Foundation
import Testing

@Suite("A lock file that does not stay")
struct LockFileTests {
    @Test(
        "Deleted or replaced while a run works, it lets no second run in", arguments: ["deleted", "replaced", "older"])
    func secondRun(_ kind: String) async throws {
        let run = try await HeldRun()
        let lock = run.workspace.path + "/fleet.sqlite.lock"
        try FileManager.default.removeItem(atPath: lock)
        if kind == "replaced" { try run.workspace.write("fleet.sqlite.lock", "") }
        // As a restored backup has it: of a process that is long gone.
        if kind == "older" { try run.workspace.write("fleet.sqlite.lock", "999999\n") }
        let before = run.manifests
        let order = [
            "revoke", "--device", "d-000004", "--reason", "keyCompromise", "--now", "--wait", "0s", "--at", now,
        ]
        for arguments in [["run", "--at", now], order, ["inventory", "import", "x.ndjson", "--wait", "0s"]] {
            let refused = try await Program.run(Program.rotationJob, arguments, in: run.workspace.path)
            #expect(refused.status == 75 && refused.stderr.contains("lock file"), refused.story)
        }
        #expect(run.manifests == before)
        #expect(await run.stop().status == 3)
        // What was ordered meanwhile is carried out by the next run, which goes on.
        try run.workspace.write("rotation.yaml", Workspace.configuration + "limits: { revoke: 100% }\n")
        try await run.workspace.job("run", "--at", now, expecting: 0)
        #expect(try await run.workspace.export().contains("REVOKED"))
        #expect(Tree(run.workspace.path).files.filter { $0.hasSuffix(".new") } == [])
        try await run.workspace.job("audit", "--verify", expecting: 0)
    }

    @Test("A run that died is not taken for one that works, with its lock file or without", arguments: [true, false])
    func dead(_ isLockKept: Bool) async throws {
        let run = try await HeldRun()
        await run.stop(SIGKILL)
        if !isLockKept { try FileManager.default.removeItem(atPath: run.workspace.path + "/fleet.sqlite.lock") }
        try run.workspace.write("rotation.yaml", Workspace.configuration)
        let output = try await run.workspace.job("run", "--at", now, expecting: 0)
        #expect(output.stdout.contains("1 interrupted run closed"), output.story)
        #expect(run.manifests.count == 5)
    }
}
