import LocatedYAML
import RotationModel
import Testing

@testable import Policy

@Suite("Mistakes in a rollout")
struct RolloutMistakeTests {
    @Test(
        "Each is told at its place, with what would be right",
        arguments: [
            ("windows: []", "25: `windows` is an empty list", "write windows, or remove it"),
            ("windows: { days: Mon, from: \"01:00\", to: \"05:00\" }", "25: `windows` must be a list", "after a dash"),
            ("windows: [{ from: \"01:00\", to: \"05:00\" }]", "26: the window has no `days`", "add `days: Mon-Fri`"),
            ("windows: [{ days: Mon, to: \"05:00\" }]", "26: the window has no `from`", "add `from: \"01:00\"`"),
            ("windows: [{ days: Mon, from: \"25:00\", to: \"05:00\" }]", "45: `25:00` is not a time of day", "00:00"),
            ("windows: [{ days: Mon, from: \"1:00\", to: \"05:00\" }]", "45: `1:00` is not a time of day", "`01:00`"),
            ("windows: [{ days: Mon, from: 01:60, to: \"05:00\" }]", "45: `01:60` is not a time of day", "00:00"),
            ("windows: [{ days: Mon, from: \"24:00\", to: \"05:00\" }]", "45: a day's last minute", "`00:00`"),
            ("windows: [{ days: Mon, from: 05:00, to: 05:00 }]", "56: the window ends when it starts", "24:00"),
            ("windows: [{ days: Fryday, from: 01:00, to: 05:00 }]", "34: unknown day `Fryday`", "one of: Mon, Tue"),
            ("windows: [{ days: Monday, from: 01:00, to: 05:00 }]", "34: unknown day `Monday`", "did you mean `Mon`?"),
            ("windows: [{ days: Mon-Fr, from: 01:00, to: 05:00 }]", "34: unknown day `Fr`", "did you mean `Fri`?"),
            ("windows: [{ days: dayly, from: 01:00, to: 05:00 }]", "34: unknown day `dayly`", "did you mean `daily`?"),
            ("windows: [{ days: Mon-Wed-Fri, from: 01:00, to: 05:00 }]", "34: `Mon-Wed-Fri` is no range", "Mon-Fri"),
            ("windows: [{ days: [Mon-Wed, Tue], from: 01:00, to: 05:00 }]", "44: `Tue` stands twice", "once"),
            (
                "windows: [{ days: Mon, from: 01:00, to: 05:00, zone: Europe/Berln }]",
                "69: there is no time zone `Europe/Berln`", "did you mean `Europe/Berlin`?"
            ),
            (
                "windows: [{ days: Mon, from: 01:00, to: 05:00, zone: berlin }]", "69: there is no time zone `berlin`",
                "did you mean `Europe/Berlin`?"
            ),
            ("windows: [{ days: Mon, from: 01:00, to: 05:00, zone: CET }]", "69: there is no time zone `CET`", "IANA"),
            (
                "windows: [{ days: Mon, from: 01:00, to: 05:00, zone: GMT+5 }]", "69: there is no time zone `GMT+5`",
                "IANA"
            ),
            ("windows: [{ days: Mon, form: 01:00, to: 05:00 }]", "39: unknown key `form`", "did you mean `from`?"),
            (
                "windows: [{ days: Mon, form: 01:00, from: 01:00, to: 05:00 }]", "39: unknown key `form`",
                "remove it: `from` is there already"
            ),
            (
                "windows: [{ days: Mon, from: 01:00, to: 05:00, tz: UTC }]", "63: unknown key `tz` in the window",
                "did you mean `zone`?"
            ),
            (
                "windows: [{ days: Mon, from: 01:00, to: 05:00, zone: \"\" }]", "69: `zone` is empty",
                "write a zone such as Europe/Berlin"
            ),
            (
                "colour: red", "16: unknown key `colour` in `rollout`",
                "one of: batch, perRun, windows, freezes, onNoWindow, waves, halt"
            ),
            ("halt: { fail: 2% }", "24: unknown key `fail` in `halt`", "did you mean `failed`?"),
            ("freezes: []", "25: `freezes` is an empty list", "remove it"),
            ("freezes: [{ from: 2026-12-20 }]", "26: the freeze has no `until`", "add `until: 2027-01-03`"),
            (
                "freezes: [{ from: 2026-12-20, until: 2026-12-19 }]",
                "53: the freeze ends (2026-12-19) before it starts (2026-12-20)", "from: 2026-12-19, until: 2026-12-20"
            ),
            ("freezes: [{ from: 2026-02-29, until: 2026-12-19 }]", "34: `2026-02-29` is not a day", "2026-12-20"),
            (
                "freezes: [{ from: 2026-12-20T00:00:00Z, until: 2026-12-21 }]",
                "34: `2026-12-20T00:00:00Z` is not a day", "write `2026-12-20`"
            ),
            ("freezes: [{ from: 2026-12-20, until: 2026-12-21, why: \"\" }]", "70: `why` is empty", "what it is for"),
            ("onNoWindow: run", "28: unknown action `run`", "replace, hold"),
            ("waves: []", "23: `waves` is an empty list", "write `[100%]`"),
            ("waves: [1%, 10%]", "28: the last wave is not 100%", "write `[1%, 10%, 100%]`"),
            ("waves: [10%, 1%, 100%]", "29: 1% is not more than the wave before it (10%)", "write `[1%, 10%, 100%]`"),
            ("waves: [10%, 10%, 100%]", "29: 10% is not more than", "write `[10%, 100%]`"),
            ("waves: [0%, 100%]", "24: a wave of 0% has nobody in it", "write `[100%]`"),
            ("waves: [1, 100%]", "24: `1` is not a percentage", "did you mean `1%`?"),
            ("waves: 10%", "23: `waves` must be a list", "[1%, 10%, 100%]"),
            ("halt: { atLeast: 5 }", "22: `halt` has no `failed`", "add `failed: 2%`"),
            ("halt: { failed: 100% }", "32: more than 100% never fail", "2%"),
            ("halt: { failed: 101% }", "32: `101%` is not a percentage", "from 0% to 100%"),
            ("halt: { failed: 2%, atLeast: 0 }", "45: 0 is out of range", "from 1 to"),
        ])
    func mistakes(line: String, told: String, help: String) {
        let loaded = load(policy("rollout: { \(line) }"))
        #expect(loaded.set == nil)
        #expect(loaded.diagnostics.count == 1, "\(loaded.told)")
        #expect(loaded.told.first?.hasPrefix("1.yaml:6:\(told)") == true, "\(loaded.told)")
        #expect(loaded.diagnostics.first?.help.contains(help) == true, "\(loaded.diagnostics.map(\.help))")
        #expect(loaded.diagnostics.first?.sourceLine.isEmpty == false)
    }

    @Test("Several in one rollout are told at once")
    func several() {
        let loaded = load(
            policy(
                """
                rollout:
                  windows:
                    - { days: Mon, from: "25:00", to: "05:00", zone: Nowhere/City }
                    - { days: Mon, from: "05:00", to: "05:00" }
                  waves: [50%]
                  halt: { failed: all }
                """))
        #expect(
            loaded.told.map { $0.prefix { $0 != " " } } == [
                "1.yaml:8:30:", "1.yaml:8:58:", "1.yaml:9:43:", "1.yaml:10:15:", "1.yaml:11:23:",
            ])
    }

    @Test(
        "What can be meant, and hardly is, is a warning",
        arguments: [
            ("{ onNoWindow: replace }", "has nothing to decide without windows and freezes"),
            ("{ freezes: [{ from: 2026-01-01, until: 2026-03-31 }] }", "every one would expire meanwhile"),
            (
                "{ freezes: [{ from: 2026-02-15, until: 2026-03-31 }, { from: 2026-01-01, until: 2026-02-14 }] }",
                "from 2026-01-01T00:00:00Z until 2026-04-01T00:00:00Z nothing is replaced"
            ),
        ])
    func warnings(rollout: String, message: String) {
        let loaded = load(policy("rollout: \(rollout)"))
        #expect(loaded.set != nil)
        #expect(loaded.diagnostics.map(\.severity) == [.warning])
        #expect(loaded.messages.first?.contains(message) == true, "\(loaded.messages)")
    }

    @Test(
        "No warning where days are left between freezes, or where what would expire is replaced",
        arguments: [
            "{ freezes: [{ from: 2026-01-01, until: 2026-02-14 }, { from: 2026-02-16, until: 2026-04-30 }] }",
            "{ onNoWindow: replace, freezes: [{ from: 2026-01-01, until: 2026-06-30 }] }",
            "{ windows: [{ days: daily, from: 22:00, to: 02:00, zone: UTC }], waves: [0.5%, 100%], halt: { failed: 0% } }",
        ])
    func fine(rollout: String) {
        let loaded = load(policy("rollout: \(rollout)"))
        #expect(loaded.set != nil && loaded.messages == [])
    }

    @Test(
        "Windows that stay closed for longer than certificates have left when they are due are a warning at their place",
        arguments: [
            // Closed from Monday 02:00 until the next one 01:00.
            ("5d", "2d", "{ days: Mon, from: 01:00, to: 02:00 }", "for 167h at a stretch", "last 5d: every one"),
            ("90d", "6d", "{ days: Mon, from: 01:00, to: 02:00 }", "for 167h at a stretch", "are due 6 days before"),
            ("30d", "2%", "{ days: daily, from: 22:00, to: 02:00 }", "for 20h at a stretch", "are due 14 hours before"),
            (
                "7d", "33%", "{ days: Mon-Fri, from: 01:00, to: 05:00 }", "for 68h at a stretch",
                "expires before they open"
            ),
            // Berlin is an hour ahead: open until Tuesday 00:00, and from Saturday 23:00 on.
            (
                "5d", "1d",
                "{ days: Sun, from: 00:00, to: 13:00, zone: Europe/Berlin }, { days: Mon, from: 00:00, to: 24:00 }",
                "for 119h at a stretch", "are due 1 day before"
            ),
        ])
    func rareWindows(validity: String, renewBefore: String, windows: String, closure: String, what: String) {
        let text = policy(
            "expiry: { renewBefore: \(renewBefore), overlap: 1h }\nrollout: { windows: [\(windows)] }",
            profile: profile(replacing: "validity", with: "validity: \(validity)"))
        let loaded = load(text)
        #expect(loaded.set != nil)
        #expect(loaded.diagnostics.map(\.severity) == [.warning], "\(loaded.told)")
        #expect(loaded.told.first?.hasPrefix("1.yaml:7:25: no window is open \(closure)") == true, "\(loaded.told)")
        #expect(loaded.messages.first?.contains(what) == true, "\(loaded.told)")
        #expect(load(text.replacing("rollout: { ", with: "rollout: { onNoWindow: replace, ")).told == [])
    }

    @Test(
        "No warning where what is due lasts until the next window",
        arguments: [
            ("90d", "7d", "{ days: Mon, from: 01:00, to: 02:00 }"),
            ("5d", "3d", "{ days: Mon-Fri, from: 01:00, to: 05:00 }"),
            ("5d", "1h", "{ days: daily, from: 00:00, to: 24:00 }"),
            (
                "5d", "13h",
                "{ days: daily, from: 00:00, to: 06:00 }, { days: daily, from: 12:00, to: 18:00, zone: UTC }"
            ),
        ])
    func frequentWindows(validity: String, renewBefore: String, windows: String) {
        let text = policy(
            "expiry: { renewBefore: \(renewBefore), overlap: 1h }\nrollout: { windows: [\(windows)] }",
            profile: profile(replacing: "validity", with: "validity: \(validity)"))
        #expect(load(text).told == [])
    }
}
