import Foundation
import Testing

@Suite("verify, backup and recover, as a user calls them")
struct VerifyCommandTests {
    private struct Verdict: Decodable {
        struct Mismatch: Decodable {
            let code: String
            let place: String
            let what: String
            let remedy: String
            let repairable: Bool
        }

        let version: Int
        let at: String
        let mended: [String: Int]?
        let mismatches: [Mismatch]
        let count: Int
    }

    private func workspace() async throws -> Workspace {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 5}}"#)
        try await workspace.job("run", "--at", now, expecting: 0)
        return workspace
    }

    private func verdict(_ output: Output) throws -> Verdict {
        try JSONDecoder().decode(Verdict.self, from: Data(output.stdout.utf8))
    }

    @Test("verify is silent about a whole workspace, tells a mismatch in a line and in JSON, and mends it")
    func verify() async throws {
        let workspace = try await workspace()
        let whole = try await workspace.job("verify", "--at", now, expecting: 0)
        #expect(whole.stdout == "Everything agrees.\n", whole.story)
        #expect(try verdict(await workspace.job("verify", "--json", "--at", now, expecting: 0)).count == 0)

        let files = Tree(workspace.path).files
        let manifest = try #require(files.first { $0.hasSuffix(".jws") })
        try FileManager.default.removeItem(atPath: workspace.path + "/" + manifest)
        try workspace.write("delivery/.keys.json.new", "half")
        let before = Tree(workspace.path)
        let found = try await workspace.job("verify", "--at", now, expecting: 1)
        let lines = found.stdout.split(separator: "\n")
        #expect(lines.contains { $0.contains(manifest) && $0.contains("--repair") }, found.story)
        #expect(lines.last == "2 mismatches.", found.story)
        let told = try verdict(await workspace.job("verify", "--json", "--at", now, expecting: 1))
        #expect(Set(told.mismatches.map(\.code)) == ["manifest-missing", "temporary-file"])
        #expect(told.mismatches.allSatisfy { $0.repairable } && told.count == 2)
        #expect(Tree(workspace.path).differences(from: before) == [])

        let mended = try verdict(await workspace.job("verify", "--repair", "--json", "--at", now, expecting: 0))
        #expect(mended.mended?["manifest"] == 1 && mended.mended?["file"] == 1 && mended.count == 0)
        #expect(Tree(workspace.path).files.contains(manifest))
    }

    @Test("A backup that is put back beside newer manifests is refused until recover has brought it forward")
    func restored() async throws {
        let workspace = try await workspace()
        let copy = workspace.scratch + "/copy.sqlite"
        try await workspace.job("backup", copy, expecting: 0)
        try await workspace.job("backup", copy, expecting: 1)
        try await workspace.job("backup", "--verify", copy, expecting: 0)
        try await workspace.add(devices: #"{"bulk": {"count": 5}}"#)
        _ = try await workspace.job("run", "--at", "2026-12-25T00:00:00Z", "--quiet")
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: workspace.path + "/fleet.sqlite" + suffix)
        }
        try FileManager.default.copyItem(atPath: copy, toPath: workspace.path + "/fleet.sqlite")
        let later = "2026-12-26T00:00:00Z"
        let refused = try await workspace.job("run", "--at", later, expecting: 3)
        #expect(refused.stderr.contains("rotation-job recover --from-delivery"), refused.story)
        #expect(try await workspace.job("plan", "--at", later).stderr.contains("recover --from-delivery"))
        #expect(try await workspace.job("status", "--at", later).stdout.contains("recover --from-delivery"))
        try await workspace.job("recover", expecting: 64)
        let recovered = try await workspace.job("recover", "--from-delivery", "--at", later, expecting: 0)
        #expect(recovered.stdout.contains("Not known"), recovered.story)
        let again = try await workspace.job("recover", "--from-delivery", "--at", later, expecting: 0)
        #expect(again.stdout.contains("nothing to do"), again.story)
        let run = try await workspace.job("run", "--at", later, "--quiet")
        #expect(run.status == 0 || run.status == 3 && !run.stderr.contains("recover"), run.story)
        try await workspace.job("verify", "--at", later, expecting: 0)
    }
}
