import Foundation
import Testing

@Suite("A run that dies")
struct CrashTests {
    @Test("kill -9 again and again, then run: each due device has exactly one replacement", .timeLimit(.minutes(5)))
    func killed() async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 2000}}"#)
        let plan = workspace.scratch + "/plan.json"
        try await workspace.job("plan", "--at", now, "--format", "json", "--output", plan, expecting: 0)
        #expect(try PlanDocument(file: plan).devices("issue").count == 2000)

        // Early and late in the run, whatever the machine's speed: each attempt lives longer than the one before.
        var milliseconds = 60.0, killed = 0, finished = false
        while !finished && killed < 40 {
            let run = try Program.start(Program.rotationJob, ["run", "--at", now], in: workspace.path)
            try await Task.sleep(for: .milliseconds(Int(milliseconds)))
            run.send(SIGKILL)
            let output = await run.output()
            finished = output.signal == nil
            if finished { #expect(output.status == 0, output.story) }
            killed += finished ? 0 : 1
            milliseconds *= 1.35
        }
        #expect(killed >= 4, "the run was not hit often enough to say anything")
        try await workspace.job("run", "--at", now, expecting: 0)

        let after = try ExportedDevice.all(await workspace.export())
        #expect(after.count == 2000)
        let wrong = after.filter { $0.count("PENDING_ACTIVATION") != 1 || $0.certificates.count != 2 }.map(\.device)
        #expect(wrong == [], "not exactly one replacement")
        #expect(try await Judge.certificates(workspace, policies: "simple", plan: plan).findings == [])
        #expect(try await Judge.manifests(workspace, policies: "simple", plan: plan).findings == [])
        #expect(workspace.names(in: "inbox/csr") == [] && workspace.names(in: "inbox/rejected") == [])
    }

    @Test("an interrupted import goes on when it is started again")
    func killedImport() async throws {
        let workspace = try await Workspace()
        let whole = try await Workspace()
        try await whole.add(devices: #"{"bulk": {"count": 1500, "csr": false}}"#)
        for milliseconds in [30, 80, 150, 300] {
            let run = try Program.start(
                Program.rotationJob, ["inventory", "import", whole.scratch + "/fleet.ndjson"], in: workspace.path)
            try await Task.sleep(for: .milliseconds(milliseconds))
            run.send(SIGKILL)
            _ = await run.output()
        }
        try await workspace.job("inventory", "import", whole.scratch + "/fleet.ndjson", expecting: 0)
        #expect(try await workspace.export() == whole.export())
    }
}
