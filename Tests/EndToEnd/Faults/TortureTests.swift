import Foundation
import Testing

@Suite("A run that dies, whose disk fails or whose power goes, at any call that makes something durable")
struct TortureTests {
    private struct Outcome: Decodable { let fault: String?, points: Int?, recovered: Int? }

    @Test("The next run brings everything to where an undisturbed one does, as other libraries read it")
    func recovers() async throws {
        let folder = try TemporaryDirectory()
        let output = try await DeviceAgent.program([
            Program.testPython, "-B", "-W", "ignore", Package.tools + "/torture.py", "--job", Program.rotationJob,
            "--points", "8", folder / "torture",
        ])
        try #require(output.status == 0, output.story)
        let outcomes = try output.stdout.split(separator: "\n").map {
            try JSONDecoder().decode(Outcome.self, from: Data($0.utf8))
        }
        let all = try #require(outcomes.first { $0.fault == "all" })
        #expect(all.points == all.recovered, output.story)
        // One line a kind of fault; a file system that fills up needs the right to mount one.
        let kinds = outcomes.filter { $0.points != nil && $0.fault != "all" && $0.fault != "short writes" }
        #expect((9...10).contains(kinds.count) && kinds.allSatisfy { $0.points == 8 }, output.story)
    }
}
