import Lifecycle
import RotationModel
import RotationTesting
import Testing

@testable import Fleet
@testable import Intake
@testable import Job
@testable import Planning
@testable import Reports

@Suite("Reports as pages")
struct PageTests {
    private func page(_ plan: RotationPlan) -> String { written { PlanHTML(plan).write($0) } }
    private func page(_ outcome: RunOutcome) -> String { written { RunHTML(outcome).write($0) } }

    /// The numbers of the tiles.
    private func counts(_ page: String) -> [String: Int] {
        var counts: [String: Int] = [:]
        for match in page.matches(of: /data-count="([^"]+)"><dt>[^<]+<\/dt><dd class="count"><data value="([0-9]+)"/) {
            counts[String(match.1)] = Int(match.2)
        }
        return counts
    }

    private func sections(_ page: String) -> [String] {
        page.matches(of: /<section id="([a-z]+)"/).map { String($0.1) }
    }

    @Test("A dry run's page has the plan's numbers, its findings, what is held and blocked, and its rows")
    func plan() {
        let page = page(Fixture.plan(inbox: InboxOutlook(usable: 3, refused: [Fixture.rejected])))
        #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">") && page.hasSuffix("</html>\n"))
        #expect(counts(page) == ["issue": 1, "request-csr": 1, "hold": 1, "blocked": 1, "uncovered": 1])
        #expect(sections(page) == ["summary", "blocked", "findings", "policies", "held", "inbox", "rows"])
        #expect(
            page.contains(
                "A run would act on <data value=\"2\">2</data> certificates. <data value=\"1\">1</data> due and blocked."
            ))
        #expect(page.contains("<data value=\"3\">3</data> CSRs would be taken."))
        #expect(page.matches(of: /<tr data-action=/).count == 5)
        #expect(page.contains("policies/a.yaml:3"))
    }

    @Test("Where nothing is due the page says so, and has no empty frames")
    func nothing() {
        let page = page(Fixture.plan([]))
        #expect(page.contains("<h1>A run would change nothing.</h1>"))
        #expect(sections(page) == [])
    }

    @Test("A finding counts once a certificate, under its code; what holds a row back is none")
    func findings() {
        let rows = [
            Fixture.decision(
                "a", Fixture.issue, Reason(.weakKey, "x"), further: [Reason(.weakKey, "y"), Fixture.expiring]),
            Fixture.held("b", Reason(.rate, "later"), for: Reason(.weakKey, "x")),
            Fixture.decision("c", .blocked(policy: 0), Reason(.authority, "gone"), further: [Fixture.expiring]),
        ]
        let figures = PlanFigures(Fixture.plan(rows))
        #expect(figures.findings.mapValues(\.count) == [.weakKey: 2, .expiring: 2, .authority: 1])
        #expect(figures.findings[.weakKey]?.held == 1 && figures.findings[.expiring]?.blocked == 1)
        #expect(figures.groups(.hold).map(\.reason.text) == ["later"])
        #expect(figures.groups(.blocked).map(\.reason.text) == ["gone"])
    }

    @Test("Rows held for one reason are one line, the most frequent first, with the first that ends")
    func groups() {
        let rows = (0..<6).map {
            Fixture.held("d\($0)", Reason(.rate, $0 % 3 == 0 ? "rare" : "often"), days: Int64(9 - $0))
        }
        let groups = PlanFigures(Fixture.plan(rows)).groups(.hold)
        #expect(groups.map(\.count) == [4, 2] && groups.map(\.reason.text) == ["often", "rare"])
        #expect(groups[0].earliest == Fixture.now + .days(4))
    }

    @Test(
        "What lets others in or a device out is critical",
        arguments: [
            (ReasonCode.revoked, Severity.critical), (.weakKey, .critical), (.sharedKey, .critical),
            (.expired, .critical),
            (.authorityRevoked, .critical), (.weakSignature, .warning), (.uncovered, .warning), (.expiring, .notice),
        ])
    func severities(_ code: ReasonCode, _ severity: Severity) {
        #expect(Severity(code) == severity)
        #expect(!code.finding.isEmpty)
    }

    @Test("A large plan's page comes in small pieces, lists some thousand rows, and says where the rest is")
    func large() {
        let decisions = (0..<30_000).map { Fixture.decision("device-\($0)", Fixture.issue, Fixture.expiring) }
        var pieces: [[UInt8]] = []
        PlanHTML(Fixture.plan(decisions)).write { pieces.append($0) }
        let page = String(decoding: pieces.flatMap { $0 }, as: UTF8.self)
        #expect(pieces.allSatisfy { $0.count < 300_000 })
        #expect(page.utf8.count < 2_500_000)
        #expect(counts(page) == ["issue": 30_000])
        #expect(page.matches(of: /<tr data-action=/).count == RowsTable.limit)
        #expect(page.contains("The 2,000 most urgent of 30,000 rows"))
        #expect(page.contains("<data value=\"28000\">28,000</data> rows are left out here."))
        #expect(page.contains("rotation-job plan --format csv --output plan.csv"))
        #expect(page.contains("device-1999<") && !page.contains("device-2000<"))
    }

    @Test("The weeks in which certificates end stand in the chart; those after the last are told in words")
    func expiries() {
        var plan = Fixture.plan([])
        plan.expiries = ExpiryCalendar(
            start: Fixture.now, expired: 3, weeks: [5, 0, 7] + [Int](repeating: 0, count: 49), later: 1200)
        let page = page(plan)
        #expect(sections(page) == ["expiries"])
        #expect(page.contains("<title>expired: 3</title>"))
        #expect(page.contains("<title>2026-12-15 to 2026-12-21: 7</title>"))
        #expect(page.contains("<data value=\"1200\">1,200</data> after the <data value=\"52\">52</data> weeks counted"))
        #expect(page.contains("3 expired, 12 within 52 weeks, 1,200 later; most in the week of 2026-12-15, 7."))
        // Twelve weeks and the expired: the empty rest is not drawn.
        #expect(page.matches(of: /<rect class="touch"/).count == 13)
    }

    @Test("Guards stand first, and each is text")
    func guards() {
        let page = page(Fixture.plan(guards: ["too <many>"]))
        #expect(
            page.contains("<p class=\"alarm-box\"><strong>A guard:</strong> too &lt;many&gt;; write <code>x</code></p>")
        )
    }

    @Test("A run that went past a guard says so, and no longer how")
    func passedGuards() {
        var plan = Fixture.plan()
        plan.passedGuards = [BrokenGuard(fact: "9 of 10 would go", advice: "save the plan")]
        let page = page(plan)
        #expect(
            page.contains("<p class=\"alarm-box\"><strong>Past a guard, as reviewed:</strong> 9 of 10 would go</p>"))
        #expect(!page.contains("save the plan"))
    }

    @Test("Each wave that is held is a line of its own")
    func waves() {
        let rows = (0..<5).map {
            Fixture.held("d\($0)", Reason(.wave, "wave \($0 < 2 ? 2 : 3) of 3"), days: Int64(9 - $0))
        }
        let groups = PlanFigures(Fixture.plan(rows)).groups(.hold)
        #expect(groups.map(\.reason.text) == ["wave 3 of 3", "wave 2 of 3"] && groups.map(\.count) == [3, 2])
        #expect(groups[1].earliest == Fixture.now + .days(8))
    }

    @Test("Late devices are counted and listed, the first two hundred")
    func late() {
        let rotations = (0..<201).map {
            OpenRotationListing(
                row: Int64($0), device: DeviceID(checked: "late-\($0)"), account: AccountID(checked: "1"),
                state: .delivered,
                reason: Fixture.expiring, policy: "field", openedAt: Fixture.now, changedAt: Fixture.now,
                notAfter: Fixture.now)
        }
        let page = page(
            Fixture.plan([], pickUp: PickUp(rotations: [], stuck: rotations, silent: [rotations[7]])))
        #expect(sections(page) == ["late"])
        #expect(
            page.contains(
                "<h3 id=\"stuck\">Handed a replacement, not confirmed in time: <data value=\"201\">201</data></h3>"))
        #expect(page.contains("<h3 id=\"silent\">Asked for a CSR, silent: <data value=\"1\">1</data></h3>"))
        #expect(page.contains("late-199<") && !page.contains("late-200<"))
        #expect(page.contains("… and <data value=\"1\">1</data> more device."))
    }

    @Test("A revocation has its numbers and its deadline")
    func revocations() {
        var outlook = RevocationOutlook(
            RevocationInForce(
                name: "stolen", reason: .keyCompromise, mode: .replaceThenRevoke,
                deadline: Fixture.time("2026-12-04T00:00:00Z")))
        (outlook.matched, outlook.descendants, outlook.due, outlook.waiting) = (12, 3, 1, 14)
        let page = page(Fixture.plan([], revocations: [outlook]))
        #expect(sections(page) == ["revocations"])
        #expect(page.contains("data-name=\"Descendants\"><data value=\"3\">3</data>"))
        #expect(page.contains("data-name=\"Waiting\"><data value=\"14\">14</data>"))
        #expect(page.contains("replaced first; on <time datetime=\"2026-12-04T00:00:00Z\">"))
    }

    @Test("A run's page has the results, its CRLs, its inbox and what it took over")
    func run() {
        var intake = IntakeSummary()
        (intake.taken, intake.confirmed, intake.rejected, intake.obstacles) = (2, 1, [Fixture.rejected], ["no <entry>"])
        let recovery = RecoverySummary(interruptedRuns: ["r1"], abandonedReservations: 2, publishedManifests: 1)
        let list = PublishedList(
            file: "crl/a.crl", authority: "ca-1", number: 7, entries: 1500, nextUpdate: Fixture.now)
        let page = page(Fixture.outcome(intake: intake, recovery: recovery, lists: ListsOutcome(published: [list])))
        #expect(page.contains("<h1>Run done, with trouble: <data value=\"2\">2</data> rows carried out.</h1>"))
        #expect(counts(page) == ["issued": 1, "requested": 1, "held": 1, "blocked": 1, "uncovered": 1])
        #expect(
            sections(page) == [
                "summary", "blocked", "findings", "policies", "held", "lists", "inbox", "recovery", "rows",
            ])
        #expect(page.contains("<data value=\"2\">2</data> CSRs and <data value=\"1\">1</data> confirmation taken."))
        #expect(page.contains("no &lt;entry&gt;"))
        #expect(page.contains("<data value=\"1500\">1,500</data>"))
        #expect(page.contains("<data value=\"4\">4</data> manifests signed anew"))
        #expect(page.contains("<span class=\"badge good\">issued</span>"))
    }

    @Test("A list that could not be published stands among those that were")
    func noList() {
        let page = page(
            Fixture.outcome(lists: ListsOutcome(troubles: ["authority ca-2: the key <x> cannot be reached"])))
        #expect(sections(page).contains("lists"))
        #expect(
            page.contains("<span class=\"badge bad\">CRL</span> authority ca-2: the key &lt;x&gt; cannot be reached")
        )
    }

    @Test("Devices that failed for one reason are one line; each row has its error")
    func failures() {
        let decisions = (0..<5).map { Fixture.decision("d\($0)", Fixture.issue, Fixture.expiring) }
        let results = decisions.indices.map { RowResult(.failed, error: $0 == 0 ? "rare" : "no <luck>") }
        let page = page(Fixture.outcome(decisions, results))
        #expect(sections(page).contains("failures"))
        #expect(page.contains("no &lt;luck&gt;</th><td class=\"n\" data-name=\"Rows\"><data value=\"4\">4</data>"))
        #expect(page.matches(of: /<span class="badge bad">error<\/span>/).count == 5)
    }

    @Test("How a run ended is its headline")
    func endings() {
        #expect(page(Fixture.outcome([], [])).contains("<h1>Run done: nothing was changed.</h1>"))
        let stopped = Fixture.outcome([Fixture.decisions[1]], [RowResult(.stopped)], guards: ["too many"])
        #expect(page(stopped).contains("<h1>A guard stopped the run before it did anything.</h1>"))
    }

    @Test("What is held says until when, and how many will not see it; a line a policy, cause and end")
    func held() {
        let rows = (0..<5).map {
            let why = $0 == 2 ? "shut until then" : "shut until then; d\($0) ends before"
            let until = Fixture.now + .days($0 == 4 ? 9 : 3)
            return Fixture.held("d\($0)", Reason(.window, why), days: Int64($0), until: until, expires: $0 < 2)
        }
        let plan = Fixture.plan(rows)
        let groups = PlanFigures(plan).groups(.hold)
        #expect(groups.map(\.count) == [4, 1] && groups.map(\.expiring) == [2, 0])
        #expect(groups[0].reason.text == "shut until then")
        let page = page(plan)
        #expect(page.contains("data-name=\"Until\"><time datetime=\"2026-12-04T00:00:00Z\">"))
        #expect(page.contains("<data value=\"2\">2</data> held although expired, or expiring before the hold ends."))
    }
}
