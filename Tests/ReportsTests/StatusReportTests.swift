import Lifecycle
import RotationModel
import Testing

@testable import Fleet
@testable import Job
@testable import Planning
@testable import Reports

@Suite("The status reports")
struct StatusReportTests {
    private func run(_ outcome: String?, counts: [String: Int] = [:], days: Int64 = 0) -> RunRecord {
        RunRecord(
            id: RunID("r\(days)"), startedAt: Fixture.now - .days(days), now: Fixture.now - .days(days), actor: "cron",
            host: "h", pid: 7, endedAt: outcome == nil ? nil : Fixture.now - .days(days), outcome: outcome,
            counts: counts)
    }

    private func rotation(_ device: String, _ state: RotationState) -> OpenRotationListing {
        OpenRotationListing(
            row: 1, device: DeviceID(checked: device), account: AccountID(checked: "1"), state: state,
            reason: Fixture.expiring, policy: "field", openedAt: Fixture.now - .days(40),
            changedAt: Fixture.now - .days(35), notAfter: Fixture.now + .days(2))
    }

    private var troubled: FleetStatus {
        FleetStatus(
            at: Fixture.now,
            runs: [run("failed"), run("completed", counts: ["issued": 12, "requested": 3, "csr-taken": 9], days: 1)],
            plan: Fixture.plan(
                [Fixture.decisions[1]],
                pickUp: PickUp(
                    rotations: [(.awaitingCSR, 2), (.delivered, 10)], stuck: [rotation("d8", .delivered)],
                    silent: [rotation("d9", .awaitingCSR)])),
            waitingRequests: 5)
    }

    private var quiet: FleetStatus {
        FleetStatus(
            at: Fixture.now, runs: [], plan: Fixture.plan([]), waitingRequests: 0)
    }

    @Test("For people: what needs a person first, then runs, what is due, and who is late")
    func text() {
        #expect(
            StatusText(troubled).text == """
                Needs a person: as of 2026-12-01T00:00:00Z.
                  the last run, r0, ended as failed; see its log, and start `rotation-job run`
                  1 handed a replacement and not confirmed in time; look at those devices
                  1 asked for a CSR and silent; look at those devices

                Last runs
                  RUN  STARTED               OUTCOME    WHAT
                  r0   2026-12-01T00:00:00Z  failed
                  r1   2026-11-30T00:00:00Z  completed  12 issued, 3 requested

                A run now would find
                  1  issue  a replacement is issued now

                  POLICY  issue
                  field       1

                Rotations
                   2  awaiting-csr
                  10  delivered
                   5  CSRs taken, their devices not due yet or in the next run

                Handed a replacement, not confirmed in time
                  DEVICE  SINCE                 OLD ONE ENDS          POLICY
                  d8      2026-10-27T00:00:00Z  2026-12-03T00:00:00Z  field
                Asked for a CSR, silent
                  DEVICE  SINCE                 OLD ONE ENDS          POLICY
                  d9      2026-10-27T00:00:00Z  2026-12-03T00:00:00Z  field

                """)
    }

    @Test("A new workspace is quiet, and is told where to begin")
    func quietText() {
        #expect(
            StatusText(quiet).text == """
                Nothing needs a person. As of 2026-12-01T00:00:00Z.

                No run yet. Next: rotation-job plan

                Nothing is due.

                """)
    }

    @Test("Of many late devices ten are shown")
    func manyLate() {
        let late = (1...12).map { rotation("d\($0)", .delivered) }
        let status = FleetStatus(
            at: Fixture.now, runs: [run(nil)],
            plan: Fixture.plan([], pickUp: PickUp(rotations: [(.delivered, 12)], stuck: late, silent: [])),
            waitingRequests: 0)
        let text = StatusText(status).text
        #expect(text.contains("  d10 ") && !text.contains("  d11 ") && text.contains("  … and 2 more\n"))
        #expect(text.contains("not ended"))
    }

    @Test("The JSON has the same facts")
    func json() throws {
        let bytes = StatusJSON(troubled).bytes
        let parts: [String] = [
            #"{"version":1,"at":"2026-12-01T00:00:00Z","attention":["the last run, r0, ended as failed; "#,
            #"see its log, and start `rotation-job run`","#,
            #""1 handed a replacement and not confirmed in time; look at those devices","#,
            #""1 asked for a CSR and silent; look at those devices"],"runs":["#,
            #"{"id":"r0","started":"2026-12-01T00:00:00Z","at":"2026-12-01T00:00:00Z","ended":"2026-12-01T00:00:00Z","#,
            #""outcome":"failed","counts":{}},"#,
            #"{"id":"r1","started":"2026-11-30T00:00:00Z","at":"2026-11-30T00:00:00Z","ended":"2026-11-30T00:00:00Z","#,
            #""outcome":"completed","counts":{"csr-taken":9,"issued":12,"requested":3}}],"#,
            #""due":{"issue":1,"request-csr":0,"revoke":0,"retire":0,"hold":0,"blocked":0,"report":0,"uncovered":0},"#,
            #""rollout":{"expiresBeforeOpening":0,"held":[],"halted":[]},"#,
            #""waitingRequests":5,"devicesWithoutActive":0,"revocations":[],"rotations":{"awaiting-csr":2,"delivered":10},"#,
            #""stuck":[{"device":"d8","account":"1","state":"delivered","since":"2026-10-27T00:00:00Z","#,
            #""notAfter":"2026-12-03T00:00:00Z","policy":"field"}],"#,
            #""silent":[{"device":"d9","account":"1","state":"awaiting-csr","since":"2026-10-27T00:00:00Z","#,
            #""notAfter":"2026-12-03T00:00:00Z","policy":"field"}]}"#, "\n",
        ]
        #expect(String(decoding: bytes, as: UTF8.self) == parts.joined())
        #expect(try parsed(bytes)["waitingRequests"] as? Int == 5)
        let empty = try parsed(StatusJSON(quiet).bytes)
        #expect((empty["attention"] as? [String])?.isEmpty == true && (empty["runs"] as? [Any])?.isEmpty == true)
        let open = FleetStatus(
            at: Fixture.now, runs: [run(nil)], plan: Fixture.plan([]), waitingRequests: 0)
        #expect(String(decoding: StatusJSON(open).bytes, as: UTF8.self).contains(#""ended":null,"outcome":null"#))
    }

    @Test("Colours only where they are asked for")
    func colours() {
        for status in [troubled, quiet] {
            let plain = StatusText(status).text
            #expect(!plain.contains("\u{1B}"))
            let coloured = StatusText(status, style: Style(isColoured: true)).text
            #expect(coloured != plain && uncoloured(coloured) == plain)
        }
    }
}
