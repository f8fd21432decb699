import RotationModel
import Testing

@testable import Policy

@Suite("Windows and freezes of a policy together")
struct ScheduleTests {
    private func schedule(_ rollout: String) throws -> RolloutSchedule {
        let loaded = load(policy("rollout:\n  " + rollout.replacing("\n", with: "\n  ")))
        #expect(loaded.messages.isEmpty)
        return try #require(loaded.set?.policies.first).rollout.schedule
    }

    @Test("Without windows and freezes it is always open, and never opens or closes")
    func always() {
        let schedule = RolloutSchedule()
        let now: Timestamp = "2026-12-01T00:00:00Z"
        #expect(schedule.isOpen(at: now) && schedule.isAlwaysOpen && schedule.closure(at: now) == nil)
        #expect(schedule.nextOpening(after: now) == nil && schedule.closes(after: now) == nil)
    }

    @Test("It is open where one of its windows is, and two that touch are one opening")
    func several() throws {
        let schedule = try schedule(
            """
            windows:
              - { days: Mon-Fri, from: "01:00", to: "03:00" }
              - { days: [Mon, Wed], from: "03:00", to: "05:00" }
              - { days: Sat-Sun, from: "22:00", to: "02:00" }
            """)
        // 2026-12-07 is a Monday.
        #expect(schedule.nextOpening(after: "2026-12-07T02:00:00Z") == "2026-12-08T01:00:00Z")
        #expect(schedule.closes(after: "2026-12-07T02:00:00Z") == "2026-12-07T05:00:00Z")
        #expect(schedule.closes(after: "2026-12-08T02:00:00Z") == "2026-12-08T03:00:00Z")
        #expect(schedule.nextOpening(after: "2026-12-11T03:00:00Z") == "2026-12-12T22:00:00Z")
        // Sunday's window runs on into Monday's.
        #expect(schedule.closes(after: "2026-12-13T22:00:00Z") == "2026-12-14T05:00:00Z")
        #expect(schedule.closes(after: "2026-12-13T05:00:00Z") == "2026-12-14T05:00:00Z", "the next that ends")
    }

    @Test("A window of whole days is open from midnight to midnight, and one of every day never closes")
    func wholeDays() throws {
        let sunday = try schedule("windows: [{ days: Sun, from: \"00:00\", to: \"24:00\" }]")
        #expect(sunday.nextOpening(after: "2026-12-07T00:00:00Z") == "2026-12-13T00:00:00Z")
        #expect(sunday.closes(after: "2026-12-13T00:00:00Z") == "2026-12-14T00:00:00Z")
        let daily = try schedule("windows: [{ days: daily, from: \"00:00\", to: \"24:00\" }]")
        #expect(daily.isOpen(at: "2026-12-13T00:00:00Z") && daily.closes(after: "2026-12-13T00:00:00Z") == nil)
    }

    @Test(
        "A freeze takes whole days, both ends included, in its zone",
        arguments: [
            ("", "2026-12-20T00:00:00Z", "2027-01-04T00:00:00Z"),
            (", zone: Europe/Berlin", "2026-12-19T23:00:00Z", "2027-01-03T23:00:00Z"),
            (", zone: Pacific/Kiritimati", "2026-12-19T10:00:00Z", "2027-01-03T10:00:00Z"),
            (", zone: America/Los_Angeles", "2026-12-20T08:00:00Z", "2027-01-04T08:00:00Z"),
        ] as [(String, Timestamp, Timestamp)])
    func freeze(zone: String, start: Timestamp, end: Timestamp) throws {
        let schedule = try schedule("freezes: [{ from: 2026-12-20, until: 2027-01-03, why: holidays\(zone) }]")
        let second = TimeSpan(seconds: 1)
        #expect(schedule.isOpen(at: start - second) && !schedule.isOpen(at: start))
        #expect(!schedule.isOpen(at: end - second) && schedule.isOpen(at: end))
        #expect(schedule.closes(after: "2026-12-01T00:00:00Z") == start)
        #expect(schedule.nextOpening(after: "2026-12-01T00:00:00Z") == end)
        #expect(schedule.closes(after: end) == nil)
        let closure = try #require(schedule.closure(at: start))
        #expect(closure.reason.code == .freeze && closure.until == end)
        #expect(closure.reason.text.contains("(holidays)") && closure.reason.text.contains("\(end)"))
    }

    @Test("A day without a midnight begins when the clock is put forward; a freeze takes it from there")
    func noMidnight() throws {
        // In Cairo 2026-04-24 begins at 01:00, which is 22:00 of the day before in UTC.
        let schedule = try schedule("freezes: [{ from: 2026-04-24, until: 2026-04-24, zone: Africa/Cairo }]")
        #expect(schedule.freezes.map(\.start) == ["2026-04-23T22:00:00Z"])
        #expect(schedule.freezes.map(\.end) == ["2026-04-24T21:00:00Z"])
    }

    @Test("After a freeze it opens with the next window, over freezes that touch and however far they reach")
    func both() throws {
        let windows = "windows: [{ days: Mon-Fri, from: \"01:00\", to: \"05:00\", zone: Europe/Berlin }]\n"
        let one = try schedule(windows + "freezes: [{ from: 2026-12-20, until: 2027-01-03 }]")
        #expect(one.nextOpening(after: "2026-12-20T12:00:00Z") == "2027-01-04T00:00:00Z")
        let two = try schedule(
            windows
                + """
                freezes:
                  - { from: 2026-12-20, until: 2027-01-03, why: holidays }
                  - { from: 2027-01-04, until: 2027-01-07, why: stocktaking }
                """)
        #expect(two.nextOpening(after: "2026-12-20T12:00:00Z") == "2027-01-08T00:00:00Z")
        #expect(two.closure(at: "2026-12-19T12:00:00Z")?.reason.code == .window)
        #expect(two.closure(at: "2026-12-19T12:00:00Z")?.until == "2027-01-08T00:00:00Z")
        // A freeze that ends within a window leaves the rest of it.
        let cut = try schedule(windows + "freezes: [{ from: 2026-12-20, until: 2027-01-03, zone: America/New_York }]")
        #expect(cut.nextOpening(after: "2026-12-20T12:00:00Z") == "2027-01-05T00:00:00Z")
        let long = try schedule(windows + "onNoWindow: replace\nfreezes: [{ from: 2026-12-20, until: 2046-01-03 }]")
        #expect(long.nextOpening(after: "2026-12-20T12:00:00Z") == "2046-01-04T00:00:00Z")
        #expect(long.onNoWindow == .replace && one.onNoWindow == .hold)
    }

    @Test("What is outside every window is told with the windows and the time of the next")
    func told() throws {
        let schedule = try schedule(
            "windows: [{ days: [Mon, Wed, Thu, Fri], from: \"22:00\", to: \"02:00\", zone: Europe/Berlin }]")
        #expect(
            schedule.closure(at: "2026-12-01T12:00:00Z")?.reason
                == Reason(
                    .window,
                    "outside its windows (Mon, Wed-Fri 22:00-02:00 Europe/Berlin); it may go on at 2026-12-02T21:00:00Z"
                ))
    }
}
