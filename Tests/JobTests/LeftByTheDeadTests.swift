import Basics
import Fleet
import Foundation
import RotationModel
import RotationTesting
import System
import Testing

@testable import Intake
@testable import Job
@testable import Planning

@Suite("What a dead run had begun to write")
struct LeftByTheDeadTests {
    @Test(
        "Temporary files are gone after the next run",
        arguments: [
            "delivery/.keys.json.new", "delivery/authorities/.fleet-ca-1.pem.new", "delivery/authorities/.gone.pem.new",
            "delivery/crl/.gone.crl.new", "inbox/rejected/.d1.csr.new", "inbox/rejected/.d1.reason.json.new",
            "reports/.run-20261126T013119Z-35d8747c.html.new", "reports/.run-20261126T013119Z-35d8747c.json.new",
            "reports/.run-20261126T013119Z-35d8747c.pending",
        ])
    func temporaryFile(_ name: String) async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.load()
        try fleet.folder.write(name, "half a f")
        _ = try await JobRun(fleet.workspace, at: TestFleet.now, actor: "test").perform(report: { outcome, _ in
            fleet.workspace.reports.settle(outcome.id)
        })
        #expect(!Files.exists(fleet.folder[name]))
    }

    @Test("What somebody else may be writing to the reports folder stays")
    func others() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.load()
        try fleet.folder.write("reports/.plan.html.new", "half a p")
        try await fleet.run()
        #expect(Files.exists(fleet.folder["reports/.plan.html.new"]))
    }

    private func run(_ fleet: TestFleet, at: Timestamp) async throws -> (RunOutcome, [UnreportedRun]) {
        var found: [UnreportedRun] = []
        let outcome = try await JobRun(fleet.workspace, at: at, actor: "test", clock: FixedClock(at))
            .perform { _, unreported in found = unreported }
        return (outcome, found)
    }

    @Test("A run that ended without its report is handed to the next ones until it has one, with what is in its name")
    func unreported() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.load()
        try fleet.handIn("d1")
        let (first, none) = try await run(fleet, at: TestFleet.now)
        #expect(none.isEmpty)
        let (second, one) = try await run(fleet, at: TestFleet.now + .hours(1))
        let (third, two) = try await run(fleet, at: TestFleet.now + .hours(2))
        #expect(one.map(\.record.id) == [first.id] && two.map(\.record.id) == [first.id, second.id])
        let entries = try #require(one.first).entries
        #expect(entries.contains { $0.action == AuditAction.issued.rawValue && $0.device == "d1" })
        #expect(entries.last?.action == AuditAction.runEnded.rawValue)
        #expect(entries.last?.id == first.audit?.entries && entries.allSatisfy { $0.run == first.id })
        for run in [first, second, third] { fleet.workspace.reports.settle(run.id) }
        #expect(try await run(fleet, at: TestFleet.now + .hours(3)).1.isEmpty)
    }

    @Test("A run that fails leaves no mark, and nothing is reported of it")
    func failed() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.load()
        try FileManager.default.removeItem(atPath: fleet.folder["ca.key"])
        await #expect(throws: RotationError.self) { try await fleet.run() }
        #expect(try FileManager.default.contentsOfDirectory(atPath: fleet.folder["reports"]) == [])
    }
}
