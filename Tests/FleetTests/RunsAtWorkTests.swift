import RotationModel
import Testing

@testable import Fleet

@Suite("Two runs that begin")
struct RunsAtWorkTests {
    private func record(_ id: String, pid: Int32) -> RunRecord {
        RunRecord(id: RunID(id), startedAt: fakeNow, now: fakeNow, actor: "test", host: "here", pid: pid)
    }

    private let fakeNow = Timestamp(seconds: 1_796_083_200)

    @Test("The second is refused while the first is at work, and named; not when it has ended or died")
    func second() throws {
        let workspace = try Workspace()
        try workspace.tables.beginRun(record("first", pid: 7))
        let error = failure {
            try workspace.tables.beginRun(record("second", pid: 8), for: .job, unless: { $0.pid == 7 })
        }
        #expect(error?.code == .locked && error?.message.contains("process 7") == true)
        #expect(try workspace.tables.unfinishedRuns().map(\.id.text) == ["first"])
        try workspace.tables.beginRun(record("third", pid: 9), for: .job, unless: { _ in false })
        try workspace.tables.endRun(RunID("first"), outcome: "completed", counts: ["issued": 2], at: fakeNow)
        try workspace.tables.endRun(RunID("third"), outcome: "completed", counts: [:], at: fakeNow)
        try workspace.tables.beginRun(record("fourth", pid: 7), for: .job, unless: { _ in true })
        #expect(try workspace.tables.run(RunID("first"))?.counts == ["issued": 2])
        #expect(try workspace.tables.run(RunID("none")) == nil)
    }
}

@Suite("A run that was closed")
struct ClosedRunTests {
    @Test("Can write no more: another was begun in its place, and goes on from where it stood")
    func fenced() throws {
        let workspace = try Workspace([FakeDevice("d1")])
        let device = try workspace.planningDevice("d1")
        try workspace.beginRun("dead")
        #expect(try workspace.inventory.closeInterruptedRuns(at: Workspace.now) == ["dead"])
        let anchor = try workspace.inventory.auditAnchor()
        let error = failure {
            try workspace.inventory.take([.fake(device, key: "k")], refused: [], run: "dead", at: Workspace.now)
        }
        #expect(error?.code == .locked && error?.message.contains("dead") == true)
        #expect(try workspace.inventory.auditAnchor() == anchor && workspace.inventory.waitingRequestCount() == 0)
        // Its end is recorded once, and to say it again is no mistake.
        try workspace.inventory.endRun("dead", outcome: "completed", counts: [:], at: Workspace.now)
        #expect(try workspace.inventory.run("dead")?.outcome == RunRecord.interrupted)
    }
}
