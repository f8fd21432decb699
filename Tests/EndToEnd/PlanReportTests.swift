import Foundation
import Testing

@Suite("The dry run")
struct PlanReportTests {
    private func plant() async throws -> Workspace {
        let workspace = try await Workspace(policies: "plant")
        try await workspace.addPlant()
        return workspace
    }

    @Test("text, JSON and CSV tell the same plan")
    func formatsAgree() async throws {
        let workspace = try await plant()
        let plan = try await workspace.plan()
        let csv = csvRows(try await workspace.job("plan", "--at", now, "--format", "csv", expecting: 0).stdout)
        let device = try #require(csv.first?.firstIndex(of: "device"))
        let action = try #require(csv.first?.firstIndex(of: "action"))
        let fromCSV = csv.dropFirst().map { "\($0[device]) \($0[action])" }.sorted()
        #expect(fromCSV == plan.decisions.map { "\($0.device) \($0.action)" }.sorted())
        let text = try await workspace.job("plan", "--at", now, expecting: 0).stdout
        for (action, count) in plan.summary where count > 0 {
            #expect(text.contains(String(count)), "the text does not say \(count) \(action)")
        }
    }

    @Test("plan writes nothing, and says the same twice")
    func planWritesNothing() async throws {
        let workspace = try await plant()
        let before = Tree(workspace.path)
        let first = try await workspace.job("plan", "--at", now, "--format", "json", expecting: 0)
        let second = try await workspace.job("plan", "--at", now, "--format", "json", expecting: 0)
        #expect(first.stdoutBytes == second.stdoutBytes)
        #expect(Tree(workspace.path).differences(from: before) == [])
    }

    @Test("--output writes the report there and nowhere else")
    func output() async throws {
        let workspace = try await plant()
        let before = Tree(workspace.path)
        let printed = try await workspace.job("plan", "--at", now, "--format", "json", expecting: 0)
        try await workspace.job("plan", "--at", now, "--format", "json", "--output", "reports/plan.json", expecting: 0)
        #expect(Tree(workspace.path).differences(from: before) == ["reports/plan.json"])
        #expect(try workspace.text("reports/plan.json") == printed.stdout)
    }

    @Test("--detailed-exitcode is 2 with changes and 0 without")
    func detailedExitCode() async throws {
        let workspace = try await Workspace()
        try await workspace.job("plan", "--at", now, "--detailed-exitcode", expecting: 0)
        try await workspace.add(devices: #"{"bulk": {"count": 1}}"#)
        try await workspace.job("plan", "--at", now, "--detailed-exitcode", expecting: 2)
        try await workspace.job("plan", "--at", now, expecting: 0)
    }

    @Test("--limit issues that many and the rest later")
    func limit() async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 7}}"#)
        try await workspace.job("run", "--at", now, "--limit", "3", expecting: 0)
        var pending = try ExportedDevice.all(await workspace.export()).map { $0.count("PENDING_ACTIVATION") }
        #expect(pending.reduce(0, +) == 3)
        try await workspace.job("run", "--at", now, expecting: 0)
        pending = try ExportedDevice.all(await workspace.export()).map { $0.count("PENDING_ACTIVATION") }
        #expect(pending == Array(repeating: 1, count: 7))
    }

    @Test("a run's steps stand in status and audit")
    func records() async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 2}}"#)
        try await workspace.job("run", "--at", now, expecting: 0)
        let status = try await workspace.job("status", "--json")
        #expect([0, 1].contains(status.status), status.story)
        #expect(try JSONSerialization.jsonObject(with: status.stdoutBytes) is [String: Any])
        let audit = try await workspace.job("audit", "--device", "d-000001", expecting: 0).stdout
        #expect(audit.contains("issued") && !audit.contains("d-000000"))
    }
}
