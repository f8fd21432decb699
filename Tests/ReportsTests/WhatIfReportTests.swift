import RotationModel
import RotationTesting
import Testing

@testable import Planning
@testable import Reports

@Suite("Reports of what would happen")
struct WhatIfReportTests {
    private let at = Fixture.now

    private func diff() -> PolicyDiff {
        func side(_ name: String, guards: [String] = []) -> PolicyDiff.Side {
            PolicyDiff.Side(
                name: name, edition: PolicyEdition(digest: "sha256:" + String(repeating: "0", count: 64), files: 1),
                policies: 2, summary: ActionName.allCases.map { ($0, 0) }, guards: guards)
        }
        let odd = Fixture.decision("a|b`c", Fixture.issue, Reason(.expiring, "ends <soon> | *now*"))
        return PolicyDiff(
            at: at, deviceCount: 1200, certificateCount: 1300, old: side("HEAD:policies"),
            new: side("policies", guards: ["too many"]),
            rows: [
                PolicyDiff.Row(old: nil, new: odd),
                PolicyDiff.Row(old: Fixture.decision("d2", Fixture.requestCSR, Fixture.expiring), new: nil),
            ],
            policyMoves: [PolicyDiff.Move(from: "field", to: nil, count: 2, examples: ["d1", "d2"])],
            profileMoves: [],
            profileEdits: [
                PolicyDiff.ProfileEdit(
                    name: "client", lines: [.init(key: "validity", old: "90d", new: "30d")], devices: 7)
            ])
    }

    @Test("A difference for people: the outcome, shares of the fleet, examples")
    func text() {
        #expect(
            PolicyDiffText(diff()).text == """
                1 newly-due, 1 no-longer-due, 2 now-uncovered, 7 changed-profile.
                From HEAD:policies (sha256:000000000000…) to policies (sha256:000000000000…), as of 2026-12-01T00:00:00Z: \
                1200 devices. Nothing was changed.

                  1  0.1%  newly-due        certificates that are to be replaced now, and were not
                  1  0.1%  no-longer-due    certificates that were to be replaced, and are not any more
                  2  0.2%  now-uncovered    devices that no policy covers any more; they are never touched
                  7  0.6%  changed-profile  devices whose next certificate is of another profile, or of a changed one

                Devices under another policy
                  2  field → no policy  d1, d2

                Profiles
                  client, 7 devices: validity 90d → 30d

                A guard would stop a run: too many

                Every certificate about which the two decide differently
                  DEVICE  WAS                     IS                WHY
                  a|b`c   —                       issue (expiring)  ends <soon> | *now*
                  d2      request-csr (expiring)  —                 nothing to do

                """)
    }

    @Test("A difference for a pull request: no text of the fleet breaks the table or becomes markup")
    func markdown() {
        #expect(
            PolicyDiffMarkdown(diff()).text == """
                ### Rotation policies: 1 newly-due, 1 no-longer-due, 2 now-uncovered, 7 changed-profile.

                From `HEAD:policies` to `policies`, as of 2026-12-01T00:00:00Z, over 1200 devices with 1300 certificates.

                |  | Count | Of the fleet |  |
                | --- | ---: | ---: | --- |
                | **newly-due** | 1 | 0.1% | certificates that are to be replaced now, and were not |
                | **no-longer-due** | 1 | 0.1% | certificates that were to be replaced, and are not any more |
                | **now-uncovered** | 2 | 0.2% | devices that no policy covers any more; they are never touched |
                | **changed-profile** | 7 | 0.6% | devices whose next certificate is of another profile, or of a changed one |

                > [!WARNING]
                > A guard would stop a run: too many

                #### Devices under another policy

                | From | To | Devices | For example |
                | --- | --- | ---: | --- |
                | `field` | no policy | 2 | `d1`, `d2` |

                #### Profiles

                - client, 7 devices: validity 90d → 30d

                <details>
                <summary>The 2 certificates about which the two decide differently</summary>

                | Device | Was | Is | Why |
                | --- | --- | --- | --- |
                | a\\|b\\`c | — | issue (expiring) | ends \\<soon\\> \\| \\*now\\* |
                | `d2` | request-csr (expiring) | — | nothing to do |

                </details>

                """)
    }

    @Test(
        "A share is of all devices, and never none where there is some",
        arguments: [(0, "0%"), (1, "0.1%"), (6, "0.5%"), (600, "50.0%"), (1200, "100.0%")])
    func share(_ count: Int, _ text: String) {
        #expect(diff().share(count) == text)
    }

    @Test("Of many rows, examples of each kind are shown")
    func examples() {
        let many = (0..<100).map { number in
            PolicyDiff.Row(
                old: nil, new: Fixture.decision(DeviceID(checked: "d\(number)").text, Fixture.issue, Fixture.expiring))
        }
        let last = PolicyDiff.Row(old: Fixture.decision("last", Fixture.requestCSR, Fixture.expiring), new: nil)
        let part = diff()
        let full = PolicyDiff(
            at: at, deviceCount: 200, certificateCount: 200, old: part.old, new: part.new, rows: many + [last],
            policyMoves: [], profileMoves: [], profileEdits: [])
        #expect(full.examples(10).count == 10)
        #expect(full.examples(10).contains { $0.old?.device == "last" })
        #expect(PolicyDiffText(full).text.contains("20 of the 101 certificates"))
    }

    private func forecast() -> Forecast {
        let days = (0..<9).map { number in
            var day = Forecast.Day(date: at + .days(Int64(number)))
            day.replacements = number == 3 ? 40 : 1
            day.heldOver = number == 3 ? 12 : 0
            day.byPolicy = [("field", day.replacements)]
            return day
        }
        return Forecast(
            at: at, policies: PolicyEdition(digest: "sha256:" + String(repeating: "0", count: 64), files: 1),
            deviceCount: 1200, uncovered: 2, days: days,
            peak: Forecast.Peak(
                date: at + .days(3), replacements: 40,
                causes: [
                    Forecast.Cause(
                        policy: "field", origin: .inventory, reason: .expiring, count: 38,
                        common: (at + .days(33), 38)),
                    Forecast.Cause(policy: "field", origin: .finding, reason: .weakKey, count: 2, common: nil),
                ]),
            limits: [Forecast.Limit(policy: "field", most: 40, days: 1, first: at + .days(3), mostHeldOver: 12)],
            activePolicies: ["field"], runAtOpening: ["nights"])
    }

    @Test("What waits and expires is told first, also where nothing is replaced")
    func forecastAlarms() throws {
        var day = Forecast.Day(date: at)
        (day.heldOver, day.expiredWaiting, day.blocked) = (7, 2, 1)
        let forecast = Forecast(
            at: at, policies: PolicyEdition(digest: "sha256:0", files: 1), deviceCount: 9, uncovered: 0, days: [day],
            peak: nil, limits: [], activePolicies: [], runAtOpening: [])
        let text = ForecastText(forecast).text
        #expect(text.hasPrefix("No certificate is replaced in 1 day; up to 7 wait, held back.\n"))
        #expect(text.contains("2026-12-01         0           0        7"))
        #expect(text.contains("2 certificates expire while held back by windows, freezes, waves or limits"))
        #expect(text.contains("1 device will be due and blocked"))
        let page = written { ForecastHTML(ForecastFigures(forecast)).write($0) }
        #expect(page.contains("<h1>Nothing will be replaced: up to <data value=\"7\">7</data> wait, held back.</h1>"))
        #expect(page.contains("<p class=\"alarm-box\">2 certificates expire while held back"))
        #expect(page.contains("data-name=\"Waiting, at most\"><data value=\"7\">7</data>"))
        let json = try parsed(ForecastJSON(forecast).bytes)
        #expect(json["expiredWaiting"] as? Int == 2)
    }

    @Test("A forecast for people: the peak, its cause and the limit before the weeks")
    func forecastText() {
        #expect(
            ForecastText(forecast()).text == """
                48 replacements in 9 days.
                From 2026-12-01T00:00:00Z on, one run a day, devices answering by the next: 1200 devices, 1 policy file \
                (sha256:000000000000…). Nothing was changed.

                The peak: 40 replacements on 2026-12-04
                  38  field  in the inventory today, all of which end on 2027-01-03
                   2  field  weak-key: whatever their end

                Limits that runs come up against
                  perRun of policy field (40): over it on 1 day, first on 2026-12-04; up to 12 wait

                  WEEK FROM   REPLACED  MOST A DAY  WAITING
                  2026-12-01        46          40       12  ██████████████████████████████
                  2026-12-08         2           1        0  ██

                Each day: rotation-job forecast --format csv

                2 devices no policy covers: nothing replaces their certificates
                never open at 00:00 UTC, and taken to be run when their windows open: nights

                """)
    }

    @Test("A forecast as CSV has a column for each policy")
    func forecastCSV() {
        let lines = String(decoding: ForecastCSV(forecast()).bytes, as: UTF8.self).split(separator: "\r\n")
        #expect(lines[0] == "date,replacements,held_over,requests,blocked,policy:field")
        #expect(lines[4] == "2026-12-04T00:00:00Z,40,12,0,0,40")
        #expect(lines.count == 10)
    }

    @Test("A forecast as JSON tells the cause in fields and in words")
    func forecastJSON() throws {
        let json = try parsed(ForecastJSON(forecast()).bytes)
        #expect(json["total"] as? Int == 48)
        #expect(json["runAtOpening"] as? [String] == ["nights"])
        let peak = try #require(json["peak"] as? [String: Any])
        let causes = try #require(peak["causes"] as? [[String: Any]])
        #expect(causes[0]["origin"] as? String == "inventory")
        #expect((causes[0]["common"] as? [String: Any])?["day"] as? String == "2027-01-03")
        #expect(causes[1]["reason"] as? String == "weak-key")
        #expect((json["days"] as? [Any])?.count == 9)
    }
}
