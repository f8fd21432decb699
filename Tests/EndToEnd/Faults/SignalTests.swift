import Foundation
import Testing

@Suite("A run that is asked to stop")
struct SignalTests {
    @Test(
        "SIGTERM and SIGINT: the batch under way is finished, the report is written, the status is 3, and the next run does the rest",
        arguments: [SIGTERM, SIGINT])
    func stopped(_ signal: Int32) async throws {
        let run = try await HeldRun()
        let output = await run.stop(signal)
        #expect(output.signal == nil && output.status == 3, output.story)
        #expect(output.stdout.contains("asked to stop") && output.stdout.contains("2 issued"), output.story)
        #expect(output.stderr.contains(signal == SIGINT ? "SIGINT" : "SIGTERM"), output.story)
        #expect(run.manifests.count == 2)
        let report = try #require(run.workspace.names(in: "reports").first { $0.hasSuffix(".json") })
        let json = try run.workspace.text("reports/\(report)")
        #expect(json.contains(#""ending":"stopped""#) && json.contains(#""stopped":3"#))
        try run.workspace.write("rotation.yaml", Workspace.configuration)
        try await run.workspace.job("run", "--at", now, expecting: 0)
        let devices = try ExportedDevice.all(await run.workspace.export())
        #expect(devices.allSatisfy { $0.count("PENDING_ACTIVATION") == 1 && $0.certificates.count == 2 })
        #expect(Tree(run.workspace.path).files.filter { $0.hasSuffix(".new") || $0.hasSuffix(".pending") } == [])
    }

    @Test("A second signal ends it at once, and the next run does the rest")
    func twice() async throws {
        let run = try await HeldRun()
        kill(try stoppedProcess(run), SIGSTOP)
        // Both wait for it when it goes on: it has no time to notice the first.
        for signal in [SIGTERM, SIGINT, SIGCONT] { run.process.send(signal) }
        let output = await run.process.output()
        #expect(output.signal == SIGTERM || output.signal == SIGINT, output.story)
        try run.workspace.write("rotation.yaml", Workspace.configuration)
        try await run.workspace.job("run", "--at", now, expecting: 0)
        #expect(run.manifests.count == 5)
    }

    private func stoppedProcess(_ run: HeldRun) throws -> Int32 {
        try #require(Int32(run.workspace.text("fleet.sqlite.lock").dropLast()))
    }
}
