import Foundation
import Testing

@Suite("Rollouts on the command line")
struct RolloutTests {
    private func workspace(_ rollout: String, devices: String) async throws -> Workspace {
        let workspace = try await Workspace {
            $0.replacing("overlap: 7d }", with: "overlap: 7d, confirmWithin: 10d }")
                .replacing("rollout: { batch: 100 }", with: "rollout: { \(rollout) }")
        }
        try await workspace.add(devices: devices)
        return workspace
    }

    private func plan(_ workspace: Workspace, at: String) async throws -> [String: Any] {
        let output = try await workspace.job("plan", "--at", at, "--format", "json", expecting: 0)
        return try #require(try JSONSerialization.jsonObject(with: output.stdoutBytes) as? [String: Any])
    }

    @Test("Outside a window nothing goes out, the plan says until when, and the exit status is 3 when that is too late")
    func windows() async throws {
        // 2026-12-01 is a Tuesday; the window opens on Sunday at 01:00 in New York.
        let workspace = try await workspace(
            "windows: [{ days: Sun, from: \"01:00\", to: \"05:00\", zone: America/New_York }]",
            devices: #"{"bulk": {"count": 3, "left": 20}}"#)
        let document = try await plan(workspace, at: now)
        let rows = try #require(document["decisions"] as? [[String: Any]])
        #expect(rows.map { $0["action"] as? String } == ["hold", "hold", "hold"])
        #expect(rows.map { $0["until"] as? String } == Array(repeating: "2026-12-06T06:00:00Z", count: 3))
        #expect(rows.map { $0["expiresBeforeOpening"] as? Bool } == [nil, nil, nil])
        let quiet = try await workspace.job("run", "--at", now, expecting: 0)
        #expect(quiet.stdout.contains("3 held back"), quiet.story)
        #expect(workspace.names(in: "delivery/manifests") == [])

        // The Monday before they expire: too late for the next Sunday.
        let late = "2026-12-21T00:00:00Z"
        let told = try await workspace.job("plan", "--at", late, expecting: 0)
        #expect(told.stdout.contains("3 certificates held although expired"), told.story)
        let loud = try await workspace.job("run", "--at", late, expecting: 3)
        #expect(loud.stdout.contains("3 certificates held although expired"), loud.story)
        try await workspace.job("status", "--at", late, expecting: 1)

        let text = try workspace.text("policies/simple.yaml")
        try workspace.write(
            "policies/simple.yaml", text.replacing("rollout: { ", with: "rollout: { onNoWindow: replace, "))
        let replaced = try await workspace.job("run", "--at", late, expecting: 0)
        #expect(replaced.stdout.contains("3 issued"), replaced.story)
    }

    @Test("A policy that halts says so everywhere, with exit status 3, until it is resumed")
    func halt() async throws {
        let workspace = try await workspace(
            "halt: { failed: 10%, atLeast: 4 }, perRun: 4", devices: #"{"bulk": {"count": 5, "left": 29}}"#)
        try await workspace.job("run", "--at", now, expecting: 0)
        let late = "2026-12-12T00:00:00Z"
        try await workspace.job("run", "--at", late, expecting: 3)
        let status = try await workspace.job("status", "--at", late, expecting: 1)
        #expect(status.stdout.contains("policy everyone is halted since 2026-12-12T00:00:00Z"), status.story)
        let halted = try #require(try await plan(workspace, at: late)["rollout"] as? [String: Any])
        #expect((halted["halted"] as? [[String: Any]])?.first?["stuck"] as? Int == 4)

        try await workspace.job("resume", "everyone", expecting: 64)
        try await workspace.job("resume", "everyone", "--note", " ", expecting: 64)
        let unknown = try await workspace.job("resume", "everybody", "--note", "typing", expecting: 65)
        #expect(unknown.stderr.contains("there is no policy everybody"), unknown.story)
        let resumed = try await workspace.job(
            "resume", "everyone", "--note", "the gateway was down", "--at", late, expecting: 0)
        #expect(resumed.stdout.contains("4 stuck of 4 handed out"), resumed.story)
        let audit = try await workspace.job("audit", expecting: 0)
        #expect(audit.stdout.contains("rollout-halted") && audit.stdout.contains("the gateway was down"), audit.story)
        let run = try await workspace.job("run", "--at", "2026-12-12T01:00:00Z", expecting: 0)
        #expect(run.stdout.contains("1 issued"), run.story)
    }

    @Test("The second wave goes when the first has answered")
    func waves() async throws {
        let workspace = try await workspace(
            "waves: [50%, 100%]", devices: #"{"bulk": {"count": 12, "left": 20, "csr": false}}"#)
        let held = try await self.plan(workspace, at: now)
        let first = Set(try devices(held, "request-csr"))
        let second = Set(try devices(held, "hold"))
        #expect(first.union(second).count == 12 && !first.isEmpty && !second.isEmpty)
        for device in first.union(second) {
            let hashed = try await Program.run(
                Program.python,
                [
                    "-c",
                    "import hashlib, sys; print(hashlib.sha256(b'wave\\neveryone\\n' + sys.argv[1].encode()).digest()[0] < 128)",
                    device,
                ])
            #expect(first.contains(device) == (hashed.stdout == "True\n"), hashed.story)
        }
        // The first wave is asked, hands CSRs in, is handed its certificates, and confirms.
        for _ in 0..<2 {
            try await workspace.job("run", "--at", now, expecting: 0)
            #expect(Set(try devices(try await self.plan(workspace, at: now), "hold")) == second)
            try await workspace.answer(at: now)
        }
        #expect(Set(try devices(try await self.plan(workspace, at: now), "request-csr")) == second)
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(try devices(try await self.plan(workspace, at: now), "hold") == [])
    }

    private func devices(_ document: [String: Any], _ action: String) throws -> [String] {
        try #require(document["decisions"] as? [[String: Any]]).filter { $0["action"] as? String == action }
            .compactMap { $0["device"] as? String }
    }
}
