import Fleet
import Foundation
import Lifecycle
import RotationModel
import RotationTesting
import System
import Testing

@testable import Job
@testable import Planning

@Suite("Where the fleet stands")
struct FleetStatusTests {
    private func status(_ fleet: TestFleet, after span: TimeSpan = .zero) async throws -> FleetStatus {
        try await FleetStatus.read(fleet.workspace, at: TestFleet.now + span)
    }

    @Test("A new workspace needs nobody, and neither does one whose devices answer in time")
    func quiet() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")]))
        #expect(try await status(fleet).attention == [])
        #expect(try await status(fleet).runs.isEmpty)
        try fleet.add("d1")
        try await fleet.load().run()
        let status = try await status(fleet)
        #expect(status.attention == [])
        #expect(status.runs.map(\.outcome) == ["completed"])
        #expect(status.pickUp.rotations.map { "\($0.state.rawValue) \($0.count)" } == ["delivered 1"])
    }

    @Test("A device is stuck or silent once its policy's confirmWithin is over", arguments: [true, false])
    func overdue(_ isIssued: Bool) async throws {
        let policies = [
            PolicyText(name: "quick", match: "{ device: quick }", rekey: isIssued ? "allowed" : "required"),
            PolicyText(
                name: "slow", match: "{ device: slow }", expiry: "{ renewBefore: 30d, confirmWithin: 40d }",
                rekey: isIssued ? "allowed" : "required"),
        ]
        let fleet = try TestFleet(policies: policyFile(policies))
        try fleet.add("quick", left: .days(25))
        try fleet.add("slow", left: .days(25))
        try await fleet.load().run()
        func devices(after span: TimeSpan) async throws -> [[String]] {
            let status = try await status(fleet, after: span)
            return [status.pickUp.stuck, status.pickUp.silent].map { $0.map(\.device.text) }
        }
        let rows: [(TimeSpan, [String])] = [
            (.days(10), []), (.days(10) + TimeSpan(seconds: 1), ["quick"]), (.days(40), ["quick"]),
            (.days(40) + TimeSpan(seconds: 1), ["quick", "slow"]),
        ]
        for (span, expected) in rows {
            #expect(try await devices(after: span) == (isIssued ? [expected, []] : [[], expected]), "after \(span)")
        }
        let told = try await status(fleet, after: .days(11)).attention
        #expect(told.count == 1)
        #expect(told[0].contains(isIssued ? "1 handed a replacement" : "1 asked for a CSR and silent"))
    }

    @Test("A rotation of a policy that is gone is overdue after 30 days")
    func policyGone() async throws {
        let fleet = try TestFleet(
            policies: policyFile([PolicyText(expiry: "{ renewBefore: 30d, confirmWithin: 60d }", rekey: "allowed")]))
        try fleet.add("d1")
        try await fleet.load().run()
        #expect(try await status(fleet, after: .days(31)).pickUp.stuck.isEmpty)
        try fleet.setPolicies(policyFile([PolicyText(name: "renamed")]))
        #expect(try await status(fleet, after: .days(30)).pickUp.stuck.isEmpty)
        #expect(try await status(fleet, after: .days(31)).pickUp.stuck.map(\.policy) == ["sensors"])
    }

    @Test("A run is late after 48 hours, but only when something is due")
    func late() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")]))
        try fleet.add("d1", left: .days(30) + .hours(12))
        try await fleet.load().run()
        #expect(try await status(fleet, after: .hours(11)).attention == [])
        #expect(try await status(fleet, after: .hours(48)).attention == [])
        let late = try await status(fleet, after: .hours(48) + TimeSpan(seconds: 1)).attention
        #expect(late.count == 1 && late[0].hasPrefix("no run for 2 days"))
        try await fleet.run(at: TestFleet.now + .hours(48))
        #expect(try await status(fleet, after: .hours(100)).attention == [])
    }

    @Test("A run that failed, was stopped, or has not ended is told")
    func badEndings() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")]), limits: "{ issue: 1 }")
        try fleet.add("d1")
        try fleet.add("d2")
        try await fleet.load().run()
        let guarded = try await status(fleet).attention
        #expect(guarded.count == 2)
        #expect(guarded[0].contains("ended as guarded"))
        #expect(guarded[1].hasPrefix("the next run would be stopped: 2 certificates"))

        try fleet.folder.write("delivery/manifests", "in the way")
        await #expect(throws: RotationError.self) { try await fleet.run(at: TestFleet.now + .minutes(1), limit: 1) }
        #expect(try await status(fleet).attention.first?.contains("ended as failed") == true)

        let inventory = try fleet.workspace.openInventory(.readWrite)
        try inventory.beginRun(
            RunRecord(
                id: "20261201T000500Z-00000000", startedAt: TestFleet.now + .minutes(5), now: TestFleet.now,
                actor: "test", host: LocalHost.name, pid: .max))
        #expect(try await status(fleet).attention.first?.contains("20261201T000500Z-00000000 died") == true)
        try inventory.endRun("20261201T000500Z-00000000", outcome: "completed", counts: [:], at: TestFleet.now)
        try inventory.beginRun(
            RunRecord(
                id: "20261201T000600Z-00000000", startedAt: TestFleet.now + .minutes(6), now: TestFleet.now,
                actor: "test", host: LocalHost.name, pid: ProcessInfo.processInfo.processIdentifier))
        #expect(try await !status(fleet).attention.contains { $0.contains("20261201T000600Z") }, "it is under way")
    }

    @Test("What is blocked is told, with its number")
    func blocked() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText()], [ProfileText(subject: "CN={label:site}")]))
        try fleet.add("d1")
        try fleet.add("d2")
        try fleet.add("d3", labels: ["site": "north"])
        try await fleet.load().run()
        #expect(try await status(fleet).attention == ["2 due and blocked; `rotation-job plan` says by what"])
    }

    @Test("CSRs that wait for their device to become due are counted, and the last five runs are kept")
    func counts() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1", left: .days(60))
        try fleet.load()
        try fleet.handIn("d1")
        for hour in 0..<7 as Range<Int64> { try await fleet.run(at: TestFleet.now + .hours(hour)) }
        let status = try await status(fleet, after: .hours(7))
        #expect(status.waitingRequests == 1)
        #expect(status.runs.map(\.startedAt) == (2..<7).reversed().map { TestFleet.now + .hours($0) })
        #expect(status.at == TestFleet.now + .hours(7))
    }
}
