import RotationModel
import Testing

@testable import Planning
@testable import Reports

@Suite("A plan's reports")
struct PlanReportTests {
    @Test("For people: the outcome first, the rows in columns, what to do next last")
    func text() {
        let inbox = InboxOutlook(usable: 1, refused: [Fixture.rejected, Fixture.nameless])
        #expect(
            PlanText(Fixture.plan(inbox: inbox)).text == """
                A run would issue 1 certificate, ask 1 device for a CSR. 1 due and blocked.
                Dry run for 2026-12-01T00:00:00Z: 1200 devices, 1300 certificates, 1 policy file (sha256:000000000000…). Nothing was changed.

                  1  issue        a replacement is issued now
                  1  request-csr  the device is asked for a CSR with a new key
                  1  hold         due, and held back for now
                  1  blocked      due, and cannot go on: somebody has to act
                  1  uncovered    no policy covers the device; it is never touched

                  POLICY  issue  request-csr  hold  blocked  uncovered
                  -           ·            ·     ·        ·          1
                  field       1            1     1        1          ·

                Held back
                  POLICY  HELD BY  DEVICES  EXPIRING  UNTIL
                  field   rate           1         ·  a later run

                Inbox
                  1 CSR would be taken, 2 moved aside:
                    d2.csr  malformed: no CSR
                    x.pem   file-name: not .csr

                Every row
                  DEVICE  ACTION       NOT AFTER             POLICY  WHY
                  gone    blocked      2026-11-30T00:00:00Z  field   authority x expired
                  d1      issue        2026-12-02T00:00:00Z  field   it ends
                  d2      request-csr  2026-12-03T00:00:00Z  field   weak-key: RSA-1024, "short"
                  日本    hold         2026-12-04T00:00:00Z  field   rate: at most 1
                  lab-7   uncovered    2028-01-05T00:00:00Z  -       uncovered: no policy matches

                To carry it out: rotation-job run

                """)
    }

    @Test("Where nothing is due it says only that")
    func nothing() {
        #expect(
            PlanText(Fixture.plan([])).text == """
                A run would change nothing.
                Dry run for 2026-12-01T00:00:00Z: 1200 devices, 1300 certificates, 1 policy file (sha256:000000000000…). Nothing was changed.

                """)
    }

    @Test("A guard is told before the rows, and then nobody is sent to carry it out")
    func guarded() {
        let text = PlanText(Fixture.plan(guards: ["too many"])).text
        #expect(text.contains("\n\nA guard would stop it: too many; write `x`\n\n"))
        #expect(!text.contains("rotation-job run"))
    }

    @Test("A long plan shows its most urgent rows, and says where all are")
    func long() {
        let decisions = (1...26).map { Fixture.decision("d\($0)", Fixture.issue, Fixture.expiring) }
        let text = PlanText(Fixture.plan(decisions)).text
        #expect(text.hasPrefix("A run would issue 26 certificates.\n"))
        #expect(text.contains("The 25 most urgent of 26 rows\n"))
        #expect(text.contains("\n  d25 ") && !text.contains("\n  d26 "))
        #expect(text.contains("All rows: rotation-job plan --format csv --output plan.csv\nTo carry it out"))
        let refused = (1...11).map { InboxOutlook.Rejected(file: "\($0).csr", device: nil, code: "x", text: "y") }
        let inbox = PlanText(Fixture.plan(inbox: InboxOutlook(usable: 0, refused: refused))).text
        #expect(inbox.contains("nothing would be taken, 11 moved aside:\n"))
        #expect(inbox.contains("    … and 1 more\n") && !inbox.contains("11.csr"))
    }

    @Test("The JSON has the settled shape, its members in order")
    func json() throws {
        let inbox = InboxOutlook(usable: 1, refused: [Fixture.rejected, Fixture.nameless])
        let plan = Fixture.plan(
            [Fixture.decisions[0], Fixture.decisions[4]], inbox: inbox, guards: ["too many"])
        let text = written { PlanJSON(plan).write($0) }
        let zeros = String(repeating: "0", count: 64)
        let fingerprint = String(repeating: "a", count: 64)
        let parts: [String] = [
            #"{"version":1,"at":"2026-12-01T00:00:00Z","#,
            #""policies":{"digest":"sha256:\#(zeros)","files":1},"inventory":{"devices":1200,"certificates":1300},"#,
            #""summary":{"issue":0,"request-csr":0,"revoke":0,"retire":0,"hold":0,"blocked":1,"report":0,"uncovered":1},"#,
            #""rollout":{"expiresBeforeOpening":0,"held":[],"halted":[]},"#,
            #""revocations":[],"importedRevocations":0,"rotations":{},"stuck":[],"silent":[],"#,
            #""guards":["too many; write `x`"],"inbox":{"usable":1,"confirmations":0,"rejected":["#,
            #"{"file":"d2.csr","device":"d2","reason":{"code":"malformed","text":"no CSR"}},"#,
            #"{"file":"x.pem","reason":{"code":"file-name","text":"not .csr"}}],"obstacles":[]},"decisions":["#, "\n",
            #"{"device":"gone","account":"1","fingerprint":"\#(fingerprint)","notAfter":"2026-11-30T00:00:00Z","#,
            #""action":"blocked","reason":{"code":"authority","text":"authority x expired"},"#,
            #""further":[{"code":"expiring","text":"it ends"}],"#,
            #""policy":{"name":"field","file":"policies/a.yaml","line":3}},"#, "\n",
            #"{"device":"lab-7","account":"1","fingerprint":"\#(fingerprint)","notAfter":"2028-01-05T00:00:00Z","#,
            #""action":"uncovered","reason":{"code":"uncovered","text":"no policy matches"},"policy":null}]}"#, "\n",
        ]
        #expect(text == parts.joined())
        let read = try parsed(Array(text.utf8))
        #expect((read["decisions"] as? [[String: Any]])?.map { $0["device"] as? String } == ["gone", "lab-7"])
    }

    @Test("The JSON of a large plan comes in pieces, and is one document")
    func largeJSON() throws {
        let decisions = (0..<2000).map { Fixture.decision("d\($0)\n\"", Fixture.issue, Fixture.expiring) }
        var pieces: [[UInt8]] = []
        PlanJSON(Fixture.plan(decisions)).write { pieces.append($0) }
        #expect(pieces.count > 5)
        #expect(pieces.allSatisfy { $0.count < 100_000 })
        let rows = try #require(try parsed(pieces.flatMap { $0 })["decisions"] as? [[String: Any]])
        #expect(rows.map { $0["device"] as? String } == decisions.map(\.device.text))
    }

    @Test("The CSV has a row a decision, quoted as RFC 4180 has it")
    func csv() {
        let fingerprint = String(repeating: "a", count: 64)
        var decisions = Fixture.decisions
        decisions[3] = Fixture.held(
            "日本", Reason(.rate, "at most 1"), days: 3, until: Fixture.time("2026-12-24T18:00:00Z"))
        decisions[2].revocation = RevocationReference(
            order: 1, name: "stolen", reason: .keyCompromise, reach: .matched, cause: 1, orders: ["stolen"])
        #expect(
            written { PlanCSV(Fixture.plan(decisions)).write($0) }.components(lines: "\r\n") == [
                "device,account,fingerprint,not_after,action,reason,reason_text,policy,policy_file,policy_line,"
                    + "until,further,revocation",
                "gone,1,\(fingerprint),2026-11-30T00:00:00Z,blocked,authority,authority x expired,field,policies/a.yaml,3,,expiring,",
                "d1,1,\(fingerprint),2026-12-02T00:00:00Z,issue,expiring,it ends,field,policies/a.yaml,3,,,",
                "d2,1,\(fingerprint),2026-12-03T00:00:00Z,request-csr,weak-key,\"RSA-1024, \"\"short\"\"\",field,policies/a.yaml,3,,,stolen",
                "日本,1,\(fingerprint),2026-12-04T00:00:00Z,hold,rate,at most 1,field,policies/a.yaml,3,2026-12-24T18:00:00Z,expiring,",
                "lab-7,1,\(fingerprint),2028-01-05T00:00:00Z,uncovered,uncovered,no policy matches,,,,,,", "",
            ])
    }

    @Test("The CSV is safe in a spreadsheet, and as it is only where that is asked for")
    func csvForSpreadsheets() {
        var decision = Fixture.decision(
            "=cmd|'/C calc'!A0", Fixture.issue, Reason(.weakKey, "=\u{202E}x"),
            policy: PolicyReference(name: "+p", file: "-f.yaml", line: 3))
        decision.revocation = RevocationReference(
            order: 1, name: "@r", reason: .keyCompromise, reach: .matched, cause: 1, orders: ["@r"])
        func row(_ isRaw: Bool) -> [Substring] {
            written { PlanCSV(Fixture.plan([decision]), isRaw: isRaw).write($0) }.components(lines: "\r\n")[1]
                .split(separator: ",", omittingEmptySubsequences: false)
        }
        let columns = [0, 6, 7, 8, 12]
        #expect(
            columns.map { String(row(false)[$0]) } == ["'=cmd|'/C calc'!A0", "'=\\u{202E}x", "'+p", "'-f.yaml", "'@r"])
        #expect(columns.map { String(row(true)[$0]) } == ["=cmd|'/C calc'!A0", "=\u{202E}x", "+p", "-f.yaml", "@r"])
    }

    @Test("A large CSV comes in pieces, its header once")
    func largeCSV() {
        let decisions = (0..<2000).map { Fixture.decision("d\($0)", Fixture.issue, Fixture.expiring) }
        var pieces: [[UInt8]] = []
        PlanCSV(Fixture.plan(decisions)).write { pieces.append($0) }
        #expect(pieces.count > 3)
        let lines = String(decoding: pieces.flatMap { $0 }, as: UTF8.self).components(lines: "\r\n")
        #expect(lines.count == 2002)
        #expect(lines.filter { $0.hasPrefix("device,") }.count == 1)
    }

    @Test("Every action has its meaning, and colours only where they are asked for", arguments: Fixture.actions)
    func colours(_ action: Action) {
        #expect(Fixture.actions.map(\.name) == ActionName.allCases)
        let plan = Fixture.plan([Fixture.decision("d1", action, Fixture.expiring)], guards: ["too many"])
        let plain = PlanText(plan).text
        let coloured = PlanText(plan, style: Style(isColoured: true)).text
        #expect(!plain.contains("\u{1B}"))
        #expect(coloured.contains("\u{1B}[1m"))
        #expect(uncoloured(coloured) == plain)
        #expect(plain.contains(action.name.meaning))
    }
}

extension String {
    fileprivate func components(lines separator: String) -> [String] {
        var parts: [String] = []
        var rest = Substring(self)
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
