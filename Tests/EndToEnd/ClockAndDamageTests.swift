import Foundation
import Testing

/// Clocks that jump and records that were damaged, as an operator meets them.
@Suite("Wrong clocks and damaged records")
struct ClockAndDamageTests {
    private static let later = "2028-01-01T00:00:00Z"

    private func workspace() async throws -> Workspace {
        let workspace = try await Workspace(limits: "limits: { revoke: 100% }\n")
        try await workspace.add(
            devices: #"{"bulk": {"count": 3, "left": 10}}"#)
        return workspace
    }

    @Test("A run whose time jumps does nothing, exits with 3, and names the command that goes on; that one does")
    func jump() async throws {
        let workspace = try await workspace()
        try await workspace.job("run", "--at", now, expecting: 0)
        let crl = try Data(contentsOf: URL(fileURLWithPath: workspace.path + "/delivery/crl/fleet-ca-1.crl"))
        let runs = workspace.names(in: "reports")
        for time in ["1970-01-01T00:00:00Z", Self.later] {
            let refused = try await workspace.job("run", "--at", time, expecting: 3)
            #expect(refused.stdout.isEmpty)
            #expect(refused.stderr.contains(time) && refused.stderr.contains(now), refused.story)
            #expect(refused.stderr.contains("`rotation-job run --accept-time \(time)`"), refused.story)
            let warned = try await workspace.job("plan", "--at", time, expecting: 0)
            #expect(warned.stderr.contains(time) && warned.stderr.contains(now), warned.story)
        }
        #expect(workspace.names(in: "reports") == runs)
        #expect(try Data(contentsOf: URL(fileURLWithPath: workspace.path + "/delivery/crl/fleet-ca-1.crl")) == crl)
        let named = try await workspace.job("--config", "rotation.yaml", "run", "--at", Self.later, expecting: 3)
        #expect(
            named.stderr.contains("`rotation-job --config rotation.yaml run --accept-time \(Self.later)`"), named.story)

        let accepted = try await workspace.job("--config", "rotation.yaml", "run", "--accept-time", Self.later)
        #expect(accepted.status == 0 || accepted.status == 3, accepted.story)
        #expect(accepted.stdout.contains("as of \(Self.later)"), accepted.story)
        let audit = try await workspace.job("audit", expecting: 0).stdout
        #expect(audit.contains("time-accepted"))
        try await workspace.job("run", "--at", now, expecting: 3)
    }

    @Test("--accept-time and --at exclude each other, and the help says what it means")
    func usage() async throws {
        let workspace = try await workspace()
        try await workspace.job("run", "--at", now, "--accept-time", now, expecting: 64)
        try await workspace.job("run", "--accept-time", "yesterday", expecting: 64)
        let help = try await workspace.job("run", "--help", expecting: 0).stdout
        #expect(help.contains("--accept-time") && help.contains("limits.clockJump"))
    }

    @Test(
        "`limits.clockJump` has a range",
        arguments: [("1h", 0), ("3650d", 0), ("59m", 78), ("3651d", 78), ("soon", 78)])
    func range(_ text: String, _ status: Int32) async throws {
        let workspace = try await Workspace(limits: "limits: { clockJump: \(text) }\n")
        let output = try await workspace.job("plan", "--at", now)
        #expect(output.status == status, output.story)
        if status != 0 {
            #expect(output.stderr.contains("clockJump") && output.stderr.contains("rotation.yaml"), output.story)
        }
    }

    @Test("A theft does not wait for a clock: what is revoked at once is dated with the later time")
    func theft() async throws {
        let workspace = try await workspace()
        try await workspace.job("run", "--at", now, expecting: 0)
        let done = try await workspace.job(
            "revoke", "--device", "d-000001", "--reason", "keyCompromise", "--now", "--at", "1999-01-01T00:00:00Z",
            expecting: 0)
        #expect(done.stderr.contains("look at this machine's clock"), done.story)
        let judged = try await Judge.revocations(workspace, at: now)
        #expect(judged.revoked ?? 0 > 0 && judged.findings == [])
        try await workspace.job("run", "--at", "2026-12-02T00:00:00Z", expecting: 0)
    }

    @Test(
        "A certificate whose stored bytes were changed is signed into no manifest; its device has an error, the others go on"
    )
    func damaged() async throws {
        let workspace = try await workspace()
        try await workspace.job("run", "--at", now, expecting: 0)
        let before = try workspace.manifest("d-000001")
        let script = """
            import sqlite3, sys
            c = sqlite3.connect(sys.argv[1])
            row, der = c.execute("select b.certificate, b.der from certificate_bodies b join rotations r on r.new_certificate = b.certificate "
              "join devices d on d.id = r.device where d.name = 'd-000001'").fetchone()
            c.execute("update certificate_bodies set der = ? where certificate = ?", (der[:-1] + bytes([der[-1] ^ 1]), row))
            c.commit(); c.close()
            """
        let edited = try await Program.run(Program.python, ["-c", script, workspace.path + "/fleet.sqlite"])
        try #require(edited.status == 0, edited.story)
        // Two thirds of the manifests' validity are over: all are to be signed anew.
        for time in ["2026-12-25T00:00:00Z", "2026-12-26T00:00:00Z"] {
            let run = try await workspace.job("run", "--at", time, "--format", "json", expecting: 3)
            let report = try #require(JSONSerialization.jsonObject(with: Data(run.stdout.utf8)) as? [String: Any])
            let rows = (report["decisions"] as? [[String: Any]] ?? []).filter { $0["result"] as? String == "failed" }
            #expect(rows.map { $0["device"] as? String } == ["d-000001"])
            #expect((rows.first?["error"] as? String)?.contains("no manifest is signed with it") == true, run.story)
        }
        #expect(try workspace.manifest("d-000001").sequence == before.sequence, "the device keeps what it has")
        #expect(try workspace.manifest("d-000000").sequence == 2)
        #expect(try workspace.manifest("d-000002").sequence == 2)
        // Even where the old one is lost.
        try FileManager.default.removeItem(atPath: workspace.path + "/delivery/manifests")
        try await workspace.job("run", "--at", "2026-12-27T00:00:00Z", expecting: 3)
        #expect(!Tree(workspace.path + "/delivery").files.contains { $0.hasSuffix("/d-000001.jws") })
        #expect(try workspace.manifest("d-000000").sequence == 2)
    }
}
