import Lifecycle
import RotationModel
import Testing

@testable import Fleet

@Suite("What the inventory keeps of rollouts")
struct RolloutTests {
    private static let names = ["a", "b", "c", "d"]
    private static let patience = TimeSpan.days(10)

    /// Four devices that were handed a replacement by policy `p`.
    private func workspace() throws -> Workspace {
        let workspace = try Workspace(Self.names.map { FakeDevice($0) })
        try workspace.beginRun("r")
        for (index, device) in Self.names.enumerated() {
            try workspace.deliver(device, run: "r", firstSerial: UInt8(index + 1))
        }
        return workspace
    }

    private func tally(
        _ workspace: Workspace, policy: String = "p", after: TimeSpan, resumed: TimeSpan? = nil,
        since: Timestamp = Workspace.now - .days(1), confirmed: Set<Int64> = []
    ) throws -> RolloutTally {
        try workspace.inventory.planningSnapshot {
            try $0.rolloutTally(
                ofPolicy: policy, since: since, resumedAt: resumed.map { Workspace.now + $0 },
                patience: Patience(Self.patience),
                now: Workspace.now + after, confirmed: confirmed)
        }
    }

    @Test("Handed out are those that were issued; stuck is who has had longer than the policy gives")
    func stuck() throws {
        let workspace = try workspace()
        try workspace.confirm("a", run: "r")
        #expect(try tally(workspace, after: .days(10)) == RolloutTally(handedOut: 4, failed: 0, stuck: 0))
        let late = Self.patience + TimeSpan(seconds: 1)
        #expect(try tally(workspace, after: late) == RolloutTally(handedOut: 4, failed: 0, stuck: 3))
        let soon = try workspace.inventory.planningSnapshot { try $0.unconfirmedRotations() }
        #expect(soon.map(\.device) == ["b", "c", "d"].map(DeviceID.init(checked:)))
        #expect(soon.allSatisfy { $0.waitingSince == Workspace.now && $0.policy == "p" })
        let confirmed = Set(soon.prefix(2).compactMap(\.newCertificate))
        #expect(
            try tally(workspace, after: late, confirmed: confirmed) == RolloutTally(handedOut: 4, failed: 0, stuck: 1))
        #expect(try tally(workspace, policy: "q", after: late) == RolloutTally(handedOut: 0, failed: 0, stuck: 0))
        #expect(
            try tally(workspace, after: late, since: Workspace.now) == RolloutTally(handedOut: 0, failed: 0, stuck: 0))
    }

    @Test("A replacement that is given up without a proof has failed; one that was itself revoked says nothing")
    func failed() throws {
        let workspace = try workspace()
        let order = try workspace.order("lot", reason: .superseded)
        let superseding = try workspace.planningDevice("a")
        var again = ReservationOrder.fake(superseding, serial: 9)
        again.supersedes = true
        try workspace.inventory.take([.fake(superseding, key: "other")], refused: [], run: "r", at: Workspace.now)
        _ = try workspace.inventory.reserve([again], batch: "c", run: "r", at: Workspace.now + .days(1))
        #expect(try workspace.rotationStates("a").first == .cancelled)
        let new = try #require(try workspace.certificates("b").last)
        _ = try workspace.inventory.revoke([.fake(new, order: order)], run: "r", at: Workspace.now + .days(1))
        #expect(try tally(workspace, after: .days(2)) == RolloutTally(handedOut: 3, failed: 1, stuck: 0))
        // It failed on the first day: whoever resumes then has seen it.
        #expect(try tally(workspace, after: .days(2), resumed: .hours(23)).failed == 1)
        #expect(
            try tally(workspace, after: .days(2), resumed: .days(1)) == RolloutTally(handedOut: 2, failed: 0, stuck: 0))
    }

    @Test("What was settled when somebody resumed counts no more, what fails afterwards does")
    func resumed() throws {
        let workspace = try workspace()
        try workspace.confirm("a", run: "r", at: Workspace.now + .days(1))
        let late = Self.patience + TimeSpan(seconds: 1)
        #expect(
            try tally(workspace, after: late, resumed: .days(2)) == RolloutTally(handedOut: 3, failed: 0, stuck: 3),
            "they were in time when it was resumed")
        #expect(
            try tally(workspace, after: late, resumed: Self.patience) == RolloutTally(handedOut: 0, failed: 0, stuck: 0)
        )
    }

    @Test("Devices whose replacement could not be made count once, since the last resume")
    func failures() throws {
        let workspace = try workspace()
        let row = try workspace.planningDevice("a").row
        let failure = IssuanceFailure(deviceRow: row, policy: "p", why: "no signature")
        for hour in [1, 2] as [Int64] {
            try workspace.inventory.recordFailures([failure], run: "r", at: Workspace.now + .hours(hour))
        }
        #expect(try tally(workspace, after: .days(1)) == RolloutTally(handedOut: 5, failed: 1, stuck: 0))
        #expect(try tally(workspace, after: .days(1), resumed: .hours(1)).failed == 1)
        #expect(try tally(workspace, after: .days(1), resumed: .hours(2)).failed == 0)
    }

    @Test("A halt stands until it is resumed, is recorded once, and both are audited")
    func halts() throws {
        let workspace = try workspace()
        let tally = RolloutTally(handedOut: 100, failed: 2, stuck: 3)
        func standing() throws -> [StandingHalt] { try workspace.inventory.planningSnapshot { try $0.standingHalts() } }
        try workspace.inventory.recordHalt(ofPolicy: "p", tally, run: "r", at: Workspace.now)
        try workspace.inventory.recordHalt(
            ofPolicy: "p", RolloutTally(handedOut: 1, failed: 1, stuck: 0), run: "r", at: Workspace.now + .hours(1))
        #expect(try standing() == [StandingHalt(policy: "p", haltedAt: Workspace.now, run: "r", tally: tally)])
        let at = Workspace.now + .hours(2)
        #expect(try !workspace.inventory.resumeRollout(ofPolicy: "q", note: "n", by: .person("alice"), at: at))
        #expect(try standing().count == 1)
        #expect(try workspace.inventory.resumeRollout(ofPolicy: "p", note: "mended", by: .person("alice"), at: at))
        #expect(try standing() == [])
        #expect(try workspace.inventory.planningSnapshot { try $0.lastResumes() } == ["p": at, "q": at])
        try workspace.inventory.recordHalt(ofPolicy: "p", tally, run: "r", at: at)
        #expect(try standing().map(\.haltedAt) == [at], "it can halt again")
        #expect(try workspace.audited(.rolloutHalted).count == 2)
        #expect(
            try workspace.audited(.rolloutResumed) == [
                #"{"policy":"q","note":"n","wasHalted":false}"#, #"{"policy":"p","note":"mended","wasHalted":true}"#,
            ])
        #expect(try workspace.inventory.verifyAuditChain() == nil)
    }
}
