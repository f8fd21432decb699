import Foundation
import Testing

@Suite("A run that dies")
struct CrashTests {
    @Test("kill -9 again and again, then run: each due device has exactly one replacement", .timeLimit(.minutes(20)))
    func killed() async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 2000}}"#)
        let plan = workspace.scratch + "/plan.json"
        try await workspace.job("plan", "--at", now, "--format", "json", "--output", plan, expecting: 0)
        #expect(try PlanDocument(file: plan).devices("issue").count == 2000)

        try await killAgainAndAgain(workspace, at: now)
        try await workspace.job("run", "--at", now, expecting: 0)

        let after = try ExportedDevice.all(await workspace.export())
        #expect(after.count == 2000)
        let wrong = after.filter { $0.count("PENDING_ACTIVATION") != 1 || $0.certificates.count != 2 }.map(\.device)
        #expect(wrong == [], "not exactly one replacement")
        #expect(try await Judge.certificates(workspace, policies: "simple", plan: plan).findings == [])
        #expect(try await Judge.manifests(workspace, policies: "simple", plan: plan).findings == [])
        #expect(workspace.names(in: "inbox/csr") == [] && workspace.names(in: "inbox/rejected") == [])
    }

    /// Early and late in the run, whatever the machine's speed: each attempt lives longer than the one before, until one is
    /// through.
    private func killAgainAndAgain(_ workspace: Workspace, at time: String) async throws {
        var milliseconds = 60.0, killed = 0, finished = false
        while !finished && killed < 40 {
            let run = try Program.start(Program.rotationJob, ["run", "--at", time], in: workspace.path)
            try await Task.sleep(for: .milliseconds(Int(milliseconds)))
            run.send(SIGKILL)
            let output = await run.output()
            finished = output.signal == nil
            if finished { #expect(output.status == 0, output.story) }
            killed += finished ? 0 : 1
            milliseconds *= 1.35
        }
        #expect(killed >= 4, "the run was not hit often enough to say anything")
    }

    @Test(
        "kill -9 while it confirms, revokes and retires: nothing goes that was not proved, and the lists agree",
        .timeLimit(.minutes(20)))
    func killedInTheSecondHalf() async throws {
        let workspace = try await Workspace(limits: "limits: { revoke: 100% }\n") {
            $0.replacing("overlap: 7d", with: "overlap: 0d")
        }
        // One half is to be revoked once its replacement is confirmed, the other half retires.
        let devices = (0..<1200).map { number in
            #"{"device": "d-\#(number)", "labels": {"lot": "\#(number % 2)"}, "certificates": [{"left": 5, "lifetime": 90}]}"#
        }
        try await workspace.add(devices: "{\"devices\": [\(devices.joined(separator: ", "))]}")
        for _ in 0..<2 {
            try await workspace.job("run", "--at", now, expecting: 0)
            try await workspace.answer(at: now)
        }
        #expect(workspace.names(in: "inbox/ack").count == 1200)
        try workspace.write(
            "policies/revoke.yaml",
            """
            version: 1
            revocations:
              - name: half
                match: { labels: { lot: "1" } }
                certificates: { issuedBefore: 2026-11-01 }
                reason: keyCompromise
                mode: replace-then-revoke
            """)
        let time = "2026-12-01T01:00:00Z"
        try await killAgainAndAgain(workspace, at: time)
        for _ in 0..<3 {
            try await workspace.job("run", "--at", time, expecting: 0)
            try await workspace.answer(at: time)
        }
        try await workspace.job("run", "--at", time, expecting: 0)

        // The even ones confirmed and retired. The odd ones' first replacements renewed a stolen certificate, and went with it.
        let after = try ExportedDevice.all(await workspace.export())
        let wrong = after.filter { device in
            let isStolen = (Int(device.device.dropFirst(2)) ?? 0) % 2 == 1
            return device.count("ACTIVE") != 1 || device.count("PENDING_ACTIVATION") != 0
                || device.count("REVOKED") != (isStolen ? 2 : 0) || device.count("INACTIVE") != (isStolen ? 0 : 1)
        }
        #expect(wrong.map { "\($0.device): \($0.certificates.map(\.status))" } == [])
        #expect(try await Judge.revocations(workspace, at: time).findings == [])
        #expect(try await Judge.revocations(workspace, at: time).revoked == 1200)
        #expect(workspace.names(in: "inbox/ack") == [])
        // What the odd ones said of those was not taken any more; everything else was.
        let rejected = workspace.names(in: "inbox/rejected").filter { $0.hasSuffix(".jws") }
        #expect(Set(rejected) == Set(stride(from: 1, to: 1200, by: 2).map { "d-\($0).jws" }))
        try await workspace.job("audit", "--verify", expecting: 0)
        #expect(Tree(workspace.path + "/delivery").files.filter { $0.hasPrefix("manifests/") }.count == 1200)
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
