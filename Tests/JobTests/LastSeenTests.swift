import Delivery
import Fleet
import Foundation
import Intake
import Lifecycle
import PKI
import Policy
import RotationModel
import RotationTesting
import Testing

@testable import Job
@testable import Planning

@Suite("When devices were last seen at the gate")
struct LastSeenTests {
    private let now = TestFleet.now
    private static let seldom = policyFile([
        PolicyText(expiry: "{ renewBefore: 20d, spread: 0d, contact: { seen: 30d, renewBefore: 60d } }")
    ])

    private func fleet(_ policies: String = seldom, left: [String: Int64] = ["d1": 50, "d2": 50]) throws -> TestFleet {
        let fleet = try TestFleet(policies: policies, gate: true)
        for (device, days) in left { try fleet.add(device, left: .days(days)) }
        return try fleet.load()
    }

    // MARK: Recording

    @Test("A run records it once, the latest counts, and the notes leave the spool")
    func records() async throws {
        let fleet = try fleet()
        try await fleet.see("d1", at: now - .days(2))
        try await fleet.see("d1", at: now - .days(1))
        try await fleet.see("d2", at: now - .days(40))
        #expect(try fleet.waitingNotes.count == 3)
        _ = try await fleet.plan()
        #expect(try fleet.waitingNotes.count == 3 && fleet.story("d1").lastSeen == nil, "a dry run writes nothing")
        try await fleet.run()
        #expect(try fleet.waitingNotes.isEmpty)
        #expect(try fleet.story("d1").lastSeen == now - .days(1))
        #expect(try fleet.story("d2").lastSeen == now - .days(40))
        let status = try await FleetStatus.read(fleet.workspace, at: now)
        #expect(status.unseenDevices == 1)
    }

    @Test("It never goes back, and is never later than the run: clocks do both")
    func clocks() async throws {
        let fleet = try fleet()
        try await fleet.see("d1", at: now - .days(1))
        try await fleet.run()
        try await fleet.see("d1", at: now - .days(9))
        try await fleet.run()
        #expect(try fleet.story("d1").lastSeen == now - .days(1))
        try await fleet.see("d1", at: now + .days(9999))
        try await fleet.run()
        #expect(try fleet.story("d1").lastSeen == now)
    }

    @Test("A note of a certificate that nobody has, or two devices, says nothing of anybody")
    func nobody() async throws {
        let fleet = try fleet()
        let shared = try fleet.certificates("d1", .active)[0]
        fleet.share(shared, with: "d3")
        try fleet.load()
        try await fleet.see("d1", by: Fingerprint(.zero))
        try await fleet.see("d1")
        try await fleet.run()
        #expect(try fleet.story("d1").lastSeen == nil && fleet.story("d3").lastSeen == nil)
        #expect(try fleet.waitingNotes.isEmpty)
        #expect(try fleet.inventory().devicesNotSeen(since: now) == nil)
    }

    @Test("Notes that are none are moved aside, and the others count")
    func rubbish() async throws {
        let fleet = try fleet()
        try await fleet.see("d1")
        let good = try fleet.waitingNotes[0]
        let bytes = try fleet.folder.read("inbox/gate/seen/\(good)")
        for (name, bytes) in [
            ("20261201T000000Z-0000000000000001.json", []),
            ("20261201T000000Z-0000000000000002.json", Array(bytes.dropLast(9))),
            ("x.json", bytes), (".20261201T000000Z-0000000000000003.json.new", Array("{".utf8)),
        ] as [(String, [UInt8])] { try fleet.folder.write("inbox/gate/seen/\(name)", bytes) }
        #expect(try await fleet.plan().inbox?.refused.map(\.code).sorted() == ["file-name", "malformed", "malformed"])
        let outcome = try await fleet.run()
        #expect(outcome.intake.rejected.map(\.code).sorted() == ["file-name", "malformed", "malformed"])
        #expect(try fleet.story("d1").lastSeen == now)
        #expect(try fleet.waitingNotes.isEmpty)
    }

    // MARK: The policy

    @Test("Who is seldom seen is due earlier, in the plan as in the run that follows, and who is seen is not")
    func dueEarlier() async throws {
        let fleet = try fleet(left: ["fresh": 50, "seldom": 50, "never": 50, "later": 65])
        try await fleet.see("fresh", at: now - .days(30))
        try await fleet.see("seldom", at: now - .days(31))
        let planned = try await fleet.plan().lines
        #expect(planned == ["never request-csr expiring", "seldom request-csr expiring"])
        let outcome = try await fleet.run()
        #expect(outcome.lines == ["never requested", "seldom requested"])
        let reasons = outcome.plan.decisions.map(\.reason.text)
        #expect(reasons[0].contains("never seen at the gate") && reasons[0].contains("60 days before"))
        #expect(reasons[1].contains("last seen 31 days ago"))
        #expect(try await fleet.plan(at: now + .days(1)).lines.contains("fresh request-csr expiring"))
    }

    @Test("Where nobody was ever seen the rule has no effect")
    func noGate() async throws {
        let fleet = try fleet()
        #expect(try await fleet.plan().lines.isEmpty)
        #expect(try await fleet.run().lines.isEmpty)
        let explained = try await DryRun(fleet.workspace, at: now).explain("d1")
        #expect(
            explained.contact == .unknown && explained.dates?.contactLead == nil && explained.dates?.dueIfSilent == nil)
    }

    @Test("An explanation says when the device was seen, what that changes, and what silence will change")
    func explained() async throws {
        let fleet = try fleet(left: ["fresh": 65, "never": 50])
        try await fleet.see("fresh", at: now - .days(5))
        let fresh = try await DryRun(fleet.workspace, at: now).explain("fresh")
        #expect(fresh.contact == .last(now - .days(5)))
        let dates = try #require(fresh.dates)
        #expect(dates.contactLead == nil && dates.due == dates.notAfter - .days(20))
        #expect(dates.dueIfSilent == now + .days(25) + TimeSpan(seconds: 1))
        let never = try await DryRun(fleet.workspace, at: now).explain("never")
        #expect(never.contact == .never && never.dates?.contactLead == .days(60))
        #expect(never.dates?.due == never.dates.map { $0.notAfter - .days(60) })
        try await fleet.run()
        #expect(try await DryRun(fleet.workspace, at: now).explain("fresh").dates?.dueIfSilent == dates.dueIfSilent)
    }

    @Test("A forecast takes devices to be as silent as they are", arguments: [true, false])
    func forecast(isRecorded: Bool) async throws {
        let fleet = try fleet(left: ["fresh": 65, "seldom": 65, "never": 65])
        try await fleet.see("fresh", at: now - .days(5))
        try await fleet.see("seldom", at: now - .days(40))
        if isRecorded { try await fleet.run() }
        let forecast = try await Forecaster(fleet.workspace, at: now).forecast(days: 50)
        let asked = forecast.days.enumerated().flatMap { day in
            Array(repeating: day.offset, count: day.element.requests)
        }
        // Those that are seldom seen get another certificate of 90 days on the sixth day, and are due 60 days before its end again.
        #expect(asked == [5, 5, 36, 36, 45])
    }
}
