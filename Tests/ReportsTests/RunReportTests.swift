import RotationModel
import RotationTesting
import Testing

@testable import Intake
@testable import Job
@testable import Planning
@testable import Reports

@Suite("A run's reports")
struct RunReportTests {
    @Test("For people: the outcome first, what needs a person, what to do next")
    func text() {
        var intake = IntakeSummary()
        intake.taken = 2
        intake.rejected = [Fixture.rejected]
        let recovery = RecoverySummary(interruptedRuns: ["r1"], abandonedReservations: 2, publishedManifests: 1)
        #expect(
            RunText(Fixture.outcome(intake: intake, recovery: recovery)).text == """
                Run done, with trouble: 1 issued, 1 asked for a CSR, 1 held back, 1 blocked.
                Run 20261201T000000Z-00112233, as of 2026-12-01T00:00:00Z, 7 s; 1200 devices in the inventory.

                Taken over from earlier: 1 interrupted run closed, 1 recorded manifest published, 2 reserved serial numbers abandoned.

                Inbox: 2 CSRs taken, 1 moved to inbox/rejected:
                  d2.csr  malformed: no CSR

                Needs a person
                  gone  blocked  authority x expired

                What failed is tried again by the next run; see rotation-job status

                """)
    }

    @Test("A run that had nothing to do, one that was stopped, one that went well")
    func endings() {
        #expect(
            RunText(Fixture.outcome([], [])).text == """
                Run done: nothing was due.
                Run 20261201T000000Z-00112233, as of 2026-12-01T00:00:00Z, 7 s; 1200 devices in the inventory.

                """)
        let stopped = RunText(
            Fixture.outcome([Fixture.decisions[1]], [RowResult(.stopped)], guards: ["too many"])
        ).text
        #expect(stopped.hasPrefix("A guard stopped the run before it did anything.\n"))
        #expect(stopped.hasSuffix("Nothing was issued. See what is due: rotation-job plan\n"))
        let well = RunText(Fixture.outcome([Fixture.decisions[1]], [Fixture.results[1]])).text
        #expect(well.hasPrefix("Run done: 1 issued.\n"))
        #expect(well.hasSuffix("see who has not collected: rotation-job status\n"))
    }

    @Test("Devices that failed are named with their errors, twenty of them")
    func troubles() {
        let decisions = (1...22).map { Fixture.decision("d\($0)", Fixture.issue, Fixture.expiring) }
        let results = decisions.map { RowResult(.failed, error: "no luck with \($0.device)") }
        let text = RunText(Fixture.outcome(decisions, results)).text
        #expect(text.contains("  d1   failed  no luck with d1\n"))
        #expect(text.contains("d20") && !text.contains("d21") && text.contains("  … and 2 more\n"))
    }

    @Test("The ending follows from the rows", arguments: RowResult.Status.allCases)
    func ending(_ status: RowResult.Status) {
        let outcome = Fixture.outcome([Fixture.decisions[1]], [RowResult(status)])
        #expect(outcome.ending == (status == .failed || status == .blocked ? .partial : .completed))
    }

    @Test("The JSON is the plan's with the result on each row")
    func json() throws {
        var intake = IntakeSummary()
        intake.taken = 2
        intake.known = 1
        intake.rejected = [Fixture.rejected]
        let recovery = RecoverySummary(interruptedRuns: ["r1"], abandonedReservations: 2, publishedManifests: 1)
        let results = Fixture.results.dropLast() + [RowResult(.skipped, error: "gone \"by\" now")]
        let text = written {
            RunJSON(Fixture.outcome(Fixture.decisions, Array(results), intake: intake, recovery: recovery)).write($0)
        }
        let head: [String] = [
            #"{"version":1,"run":"20261201T000000Z-00112233","started":"2026-12-01T00:00:00Z","#,
            #""ended":"2026-12-01T00:00:07Z","ending":"partial","at":"2026-12-01T00:00:00Z","policies":{"#,
        ]
        #expect(text.hasPrefix(head.joined()))
        let middle: [String] = [
            #""guards":[],"results":{"issued":1,"requested":1,"revoked":0,"retired":0,"held":1,"blocked":1,"reported":0,"#,
            #""uncovered":0,"failed":0,"skipped":1,"stopped":0},"inbox":{"taken":2,"confirmed":0,"known":1,"rejected":["#,
            #"{"file":"d2.csr","device":"d2","reason":{"code":"malformed","text":"no CSR"}}],"#,
            #""obstacles":[],"forgotten":0},"#,
            #""recovery":{"interruptedRuns":["r1"],"abandonedReservations":2,"publishedManifests":1,"restoredManifests":0},"#,
            #""revocationLists":[],"troubles":[],"refreshedManifests":4,"decisions":["#,
        ]
        #expect(text.contains(middle.joined()))
        let rows = try #require(try parsed(Array(text.utf8))["decisions"] as? [[String: Any]])
        #expect(rows.map { $0["result"] as? String } == ["blocked", "issued", "requested", "held", "skipped"])
        #expect(rows[1]["replacement"] as? String == String(repeating: "b", count: 64))
        #expect(rows.map { $0["sequence"] as? Int } == [nil, 3, 1, nil, nil])
        #expect(rows[4]["error"] as? String == "gone \"by\" now")
        #expect(rows[0]["error"] == nil && rows[0]["replacement"] == nil)
    }

    @Test("Colours only where they are asked for")
    func colours() {
        for outcome in [Fixture.outcome(), Fixture.outcome([], []), Fixture.outcome(guards: ["x"])] {
            let plain = RunText(outcome).text
            #expect(!plain.contains("\u{1B}"))
            let coloured = RunText(outcome, style: Style(isColoured: true)).text
            #expect(coloured != plain && uncoloured(coloured) == plain)
        }
    }
}
