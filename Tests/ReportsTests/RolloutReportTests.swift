import Fleet
import RotationModel
import RotationTesting
import Testing

@testable import Intake
@testable import Job
@testable import Planning
@testable import Reports

@Suite("What rollouts hold back, in reports")
struct RolloutReportTests {
    private var plan: RotationPlan {
        let until = Fixture.now + .days(5)
        let freeze = Reason(.freeze, "held by the freeze")
        let frozen = Fixture.held("d1", freeze, days: 1, until: until, expires: true)
        let waits = Fixture.held("d2", freeze, days: 9, until: until)
        let halted = Fixture.held("d3", Reason(.halted, "policy field is halted"), days: 9)
        var plan = Fixture.plan([frozen, waits, halted])
        plan.halts = [
            PolicyHalt(
                policy: "field", since: Fixture.now - .days(1), isRecorded: true,
                tally: RolloutTally(handedOut: 100, failed: 2, stuck: 3))
        ]
        return plan
    }

    private static let alarms = """
        Halted: policy field is halted since 2026-11-30T00:00:00Z: 2 failed and 3 stuck of 100 handed out; when the cause is \
        found, `rotation-job resume field --note TEXT` lets it go on
        1 certificate held although expired, or expiring before the hold ends. Widen the windows, end the freeze, or write \
        onNoWindow: replace.

        """

    @Test("For people: what needs a person comes first, then what is held, by whom and until when")
    func text() {
        let text = PlanText(plan).text
        #expect(text.contains("Nothing was changed.\n\n\(Self.alarms)\n"))
        #expect(
            text.contains(
                """
                Held back
                  POLICY  HELD BY  DEVICES  EXPIRING  UNTIL
                  field   freeze         2         1  2026-12-06T00:00:00Z
                  field   halted         1         ·  somebody resumes the policy

                """))
    }

    @Test("A run's report has the same alarms, and its ending is partial")
    func run() {
        var plan = plan
        for place in plan.rows.indices { plan.rows[place].result = RowResult(.held) }
        let outcome = RunOutcome(
            id: "r", plan: plan, intake: IntakeSummary(),
            recovery: RecoverySummary(), lists: ListsOutcome(), refreshed: 0, startedAt: Fixture.now,
            endedAt: Fixture.now)
        #expect(outcome.ending == .partial)
        #expect(RunText(outcome).text.contains(Self.alarms))
    }

    @Test("As JSON: until and expiresBeforeOpening on the row, counts and halts beside the summary")
    func json() throws {
        let document = try parsed(Array(written { PlanJSON(plan).write($0) }.utf8))
        let rollout = try #require(document["rollout"] as? [String: Any])
        #expect(rollout["expiresBeforeOpening"] as? Int == 1)
        let held = try #require(rollout["held"] as? [[String: Any]])
        #expect(held.map { $0["code"] as? String } == ["freeze", "halted"])
        #expect(held.map { $0["count"] as? Int } == [2, 1] && held.map { $0["expiring"] as? Int } == [1, 0])
        #expect(held.map { $0["until"] as? String } == ["2026-12-06T00:00:00Z", nil])
        let halted = try #require((rollout["halted"] as? [[String: Any]])?.first)
        #expect(halted["policy"] as? String == "field" && halted["since"] as? String == "2026-11-30T00:00:00Z")
        #expect([halted["handedOut"], halted["failed"], halted["stuck"]].map { $0 as? Int } == [100, 2, 3])
        let rows = try #require(document["decisions"] as? [[String: Any]])
        #expect(rows.map { $0["until"] as? String } == ["2026-12-06T00:00:00Z", "2026-12-06T00:00:00Z", nil])
        #expect(rows.map { $0["expiresBeforeOpening"] as? Bool } == [true, nil, nil])
    }
}
