import Foundation
import Testing

/// Whoever can hand in an inventory's rows claims what he likes.
@Suite("What an import claims")
struct ForgedImportTests {
    private func forge(_ workspace: Workspace, status: String = "REVOKED", _ more: [String] = []) async throws -> String
    {
        let forged = try await Program.run(
            Program.python,
            [
                "-B", "-W", "ignore", Package.tools + "/forge.py", "--authority",
                workspace.path + "/authorities/ca-1.pem",
                "--status", status,
            ] + more, input: Data(contentsOf: URL(fileURLWithPath: workspace.scratch + "/fleet.ndjson")))
        try #require(forged.status == 0, forged.story)
        let path = workspace.scratch + "/forged.ndjson"
        try forged.stdoutBytes.write(to: URL(fileURLWithPath: path))
        return path
    }

    private func serialsOnCRL(_ workspace: Workspace) async throws -> String {
        let list = try await Program.run(
            "/usr/bin/env",
            [
                "openssl", "crl", "-inform", "DER", "-noout", "-text", "-in",
                workspace.path + "/delivery/crl/fleet-ca-1.crl",
            ])
        try #require(list.status == 0, list.story)
        return list.stdout
    }

    @Test(
        "a certificate with an authority's name that its key did not sign is rejected by name, and puts nobody on a CRL",
        arguments: [[], ["--spelling"]], ["REVOKED", "ACTIVE"])
    func forged(spelling: [String], status: String) async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 200, "left": 80, "csr": false}}"#)
        let output = try await workspace.job(
            "inventory", "import", try await forge(workspace, status: status, spelling))
        #expect(output.status == 65, output.story)
        let rejections = output.stderr.split(separator: "\n").filter {
            $0.contains("no key of that authority verifies")
        }
        #expect(rejections.count == 200, output.story)
        #expect(try ExportedDevice.all(await workspace.export()).count == 200)
        let run = try await workspace.job("run", "--at", now)
        #expect(run.status == 0, run.story)
        #expect(try await serialsOnCRL(workspace).contains("No Revoked Certificates"))
    }

    @Test(
        "revocations that an import brings stop at limits.revoke, stand in the plan, and go on the CRL by a plan that was reviewed"
    )
    func limited() async throws {
        let workspace = try await Workspace(limits: "limits: { revoke: 10% }\n")
        try await workspace.add(devices: #"{"bulk": {"count": 20, "left": 80, "csr": false}}"#)
        let fleet = try String(contentsOfFile: workspace.scratch + "/fleet.ndjson", encoding: .utf8)
        let revoked = workspace.scratch + "/revoked.ndjson"
        try Data(fleet.replacing("\"ACTIVE\"", with: "\"REVOKED\"").utf8).write(to: URL(fileURLWithPath: revoked))
        try await workspace.job("inventory", "import", revoked, expecting: 0)
        #expect(try await workspace.plan().devices("revoke").count == 20)
        let stopped = try await workspace.job("run", "--at", now)
        #expect(stopped.status == 3 && stopped.stderr.contains("limits.revoke"), stopped.story)
        #expect(workspace.names(in: "delivery/crl") == [])
        try await workspace.job("plan", "--at", now, "--save", "reviewed.json", expecting: 0)
        let run = try await workspace.job("run", "--at", now, "--plan", "reviewed.json")
        #expect(run.status == 0, run.story)
        #expect(try await serialsOnCRL(workspace).components(separatedBy: "Serial Number:").count == 21)
    }
}
