import Foundation
import Testing

@Suite("What a person orders while a run works")
struct MeanwhileTests {
    private static let order = ["revoke", "--device", "d-000004", "--reason", "keyCompromise", "--now", "--at", now]

    private func status(_ device: String, _ workspace: Workspace) async throws -> [String] {
        try ExportedDevice.all(await workspace.export()).first { $0.device == device }?.certificates.map(\.status) ?? []
    }

    @Test("revoke --now records the order, waits for the run, and carries it out")
    func waits() async throws {
        let run = try await HeldRun()
        // However long the rest of this takes on a busy machine.
        let revoking = try Program.start(
            Program.rotationJob, MeanwhileTests.order + ["--wait", "30m"], in: run.workspace.path)
        while try await !run.workspace.job("audit", expecting: 0).stdout.contains("manual:1") {
            try #require(revoking.isRunning)
        }
        #expect(try await status("d-000004", run.workspace) == ["ACTIVE"])
        #expect(await run.stop().status == 3)
        let output = await revoking.output()
        #expect(output.status == 0 && output.stdout.contains("1 revoked"), output.story)
        #expect(output.stderr.contains("recorded as manual:1") && output.stderr.contains("waiting"), output.story)
        #expect(try await status("d-000004", run.workspace) == ["REVOKED"])
        #expect(FileManager.default.fileExists(atPath: run.workspace.path + "/delivery/crl/fleet-ca-1.crl"))
    }

    @Test("Where the run does not end in time it says so with status 75, and the next run carries it out")
    func gaveUp() async throws {
        let run = try await HeldRun()
        let output = try await Program.run(
            Program.rotationJob, MeanwhileTests.order + ["--wait", "0s"], in: run.workspace.path)
        #expect(output.status == 75, output.story)
        #expect(output.stderr.contains("recorded as manual:1 and not carried out yet"), output.story)
        #expect(output.stderr.contains("the next run carries it out"), output.story)
        #expect(try await run.workspace.plan().devices("revoke") == ["d-000004"])
        await run.stop()
        try run.workspace.write("rotation.yaml", Workspace.configuration + "limits: { revoke: 100% }\n")
        try await run.workspace.job("run", "--at", now, expecting: 0)
        #expect(try await status("d-000004", run.workspace) == ["REVOKED"])
    }

    @Test("An import waits for the run, or ends with 75 and nothing imported; resume says which run goes on")
    func importAndResume() async throws {
        let run = try await HeldRun()
        let fleet = ["inventory", "import", run.workspace.scratch + "/fleet.ndjson"]
        let refused = try await Program.run(Program.rotationJob, fleet + ["--wait", "0s"], in: run.workspace.path)
        #expect(refused.status == 75 && refused.stdout == "", refused.story)
        let resumed = try await run.workspace.job(
            "resume", "everyone", "--note", "looked at it", "--at", now, expecting: 0)
        #expect(resumed.stdout.contains("A run is under way"), resumed.story)
        let importing = try Program.start(Program.rotationJob, fleet + ["--wait", "30m"], in: run.workspace.path)
        #expect(await run.stop().status == 3)
        let output = await importing.output()
        #expect(output.status == 0 && !output.stdout.isEmpty, output.story)
    }
}
