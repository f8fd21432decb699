import RotationModel
import Testing

@testable import Policy

@Suite("When windows open and close, by the wall clocks of the world")
struct WindowTableTests {
    // Zone, days, from, to, the first moment looked at, for how many hours; then when it opens or closes, in turn. Printed by
    // Python's zoneinfo: python3 Tests/EndToEnd/Judges/windows.py
    // swift-format-ignore
    static let table = [
        "Europe/Berlin daily 01:00 05:00 2026-03-28T12:00Z 48: 2026-03-29T00:00Z 2026-03-29T03:00Z 2026-03-29T23:00Z 2026-03-30T03:00Z",
        "Europe/Berlin Sun 02:30 04:00 2026-03-28T12:00Z 36: 2026-03-29T01:00Z 2026-03-29T02:00Z",
        "Europe/Berlin daily 02:00 03:00 2026-03-27T12:00Z 96: 2026-03-28T01:00Z 2026-03-28T02:00Z 2026-03-30T00:00Z 2026-03-30T01:00Z 2026-03-31T00:00Z 2026-03-31T01:00Z",
        "Europe/Berlin daily 01:30 02:30 2026-03-28T12:00Z 48: 2026-03-29T00:30Z 2026-03-29T01:00Z 2026-03-29T23:30Z 2026-03-30T00:30Z",
        "America/New_York daily 01:00 05:00 2026-03-07T12:00Z 48: 2026-03-08T06:00Z 2026-03-08T09:00Z 2026-03-09T05:00Z 2026-03-09T09:00Z",
        "America/New_York Sun 02:30 04:00 2026-03-07T12:00Z 36: 2026-03-08T07:00Z 2026-03-08T08:00Z",
        "Australia/Lord_Howe daily 01:00 05:00 2026-10-03T00:00Z 48: 2026-10-03T14:30Z 2026-10-03T18:00Z 2026-10-04T14:00Z 2026-10-04T18:00Z",
        "Australia/Lord_Howe Sun 02:15 04:00 2026-10-03T00:00Z 48: 2026-10-03T15:30Z 2026-10-03T17:00Z",
        "Australia/Lord_Howe daily 02:00 02:30 2026-10-02T00:00Z 96: 2026-10-02T15:30Z 2026-10-02T16:00Z 2026-10-04T15:00Z 2026-10-04T15:30Z 2026-10-05T15:00Z 2026-10-05T15:30Z",
        "Europe/Berlin daily 01:00 05:00 2026-10-24T12:00Z 48: 2026-10-24T23:00Z 2026-10-25T04:00Z 2026-10-26T00:00Z 2026-10-26T04:00Z",
        "Europe/Berlin Sun 02:30 04:00 2026-10-24T12:00Z 36: 2026-10-25T00:30Z 2026-10-25T01:00Z 2026-10-25T01:30Z 2026-10-25T03:00Z",
        "Europe/Berlin Sun 02:15 02:45 2026-10-24T12:00Z 36: 2026-10-25T00:15Z 2026-10-25T00:45Z 2026-10-25T01:15Z 2026-10-25T01:45Z",
        "Europe/Berlin Sun 01:00 02:30 2026-10-24T12:00Z 36: 2026-10-24T23:00Z 2026-10-25T00:30Z 2026-10-25T01:00Z 2026-10-25T01:30Z",
        "America/New_York daily 01:00 05:00 2026-10-31T12:00Z 48: 2026-11-01T05:00Z 2026-11-01T10:00Z 2026-11-02T06:00Z 2026-11-02T10:00Z",
        "America/New_York Sun 01:15 01:45 2026-10-31T12:00Z 36: 2026-11-01T05:15Z 2026-11-01T05:45Z 2026-11-01T06:15Z 2026-11-01T06:45Z",
        "Australia/Lord_Howe daily 01:00 05:00 2026-04-04T00:00Z 48: 2026-04-04T14:00Z 2026-04-04T18:30Z 2026-04-05T14:30Z 2026-04-05T18:30Z",
        "Australia/Lord_Howe Sun 01:45 02:15 2026-04-04T00:00Z 48: 2026-04-04T14:45Z 2026-04-04T15:00Z 2026-04-04T15:15Z 2026-04-04T15:45Z",
        "Europe/Berlin Fri 22:00 06:00 2026-12-01T00:00Z 192: 2026-12-04T21:00Z 2026-12-05T05:00Z",
        "Europe/Berlin Mon-Fri 23:00 01:00 2026-12-29T12:00Z 120: 2026-12-29T22:00Z 2026-12-30T00:00Z 2026-12-30T22:00Z 2026-12-31T00:00Z 2026-12-31T22:00Z 2027-01-01T00:00Z 2027-01-01T22:00Z 2027-01-02T00:00Z",
        "America/New_York Thu 20:00 04:00 2026-12-30T00:00Z 96: 2027-01-01T01:00Z 2027-01-01T09:00Z",
        "Australia/Lord_Howe daily 23:30 00:30 2027-12-30T12:00Z 72: 2027-12-30T12:30Z 2027-12-30T13:30Z 2027-12-31T12:30Z 2027-12-31T13:30Z 2028-01-01T12:30Z 2028-01-01T13:30Z",
        "UTC daily 23:00 01:00 2028-02-27T12:00Z 96: 2028-02-27T23:00Z 2028-02-28T01:00Z 2028-02-28T23:00Z 2028-02-29T01:00Z 2028-02-29T23:00Z 2028-03-01T01:00Z 2028-03-01T23:00Z 2028-03-02T01:00Z",
        "UTC Tue 00:00 24:00 2028-02-27T12:00Z 96: 2028-02-29T00:00Z 2028-03-01T00:00Z",
        "Europe/Berlin Wed 12:00 18:00 2027-02-27T00:00Z 240: 2027-03-03T11:00Z 2027-03-03T17:00Z",
        "Europe/Berlin Sat 22:00 04:00 2026-03-28T00:00Z 48: 2026-03-28T21:00Z 2026-03-29T02:00Z",
        "Europe/Berlin Sat 22:00 04:00 2026-10-24T00:00Z 48: 2026-10-24T20:00Z 2026-10-25T03:00Z",
        "America/New_York Sun 00:00 24:00 2026-10-31T00:00Z 72: 2026-11-01T04:00Z 2026-11-02T05:00Z",
        "Africa/Cairo Fri 00:00 02:00 2026-04-22T00:00Z 72: 2026-04-23T22:00Z 2026-04-23T23:00Z",
        "Pacific/Chatham daily 02:45 03:15 2026-09-26T00:00Z 48: 2026-09-27T13:00Z 2026-09-27T13:30Z",
    ]

    struct Case {
        let schedule: RolloutSchedule
        let start: Timestamp
        let end: Timestamp
        let changes: [Timestamp]

        init(_ line: String) throws {
            let halves = line.split(separator: ": ", maxSplits: 1)
            let words = halves[0].split(separator: " ").map(String.init)
            let names = words[1].split(separator: "-").map(String.init)
            let all = Weekday.allCases
            let first = all.firstIndex { $0.rawValue == names.first } ?? 0
            let last = all.firstIndex { $0.rawValue == names.last } ?? 6
            let zone = try #require(ZoneClock(words[0]))
            let from = try #require(TimeOfDay(words[2]))
            let to = try #require(TimeOfDay(words[3]))
            let window = try #require(RolloutWindow(days: Set(all[first...last]), from: from, to: to, zone: zone))
            schedule = RolloutSchedule(windows: [window])
            start = try Case.time(words[4])
            end = start + .hours(try #require(Int64(words[5])))
            changes = try halves[1].split(separator: " ").map { try Case.time(String($0)) }
        }

        private static func time(_ text: String) throws -> Timestamp {
            try #require(Timestamp(rfc3339: text.dropLast() + ":00Z"))
        }
    }

    @Test("Each opens and closes in the second that Python's zoneinfo says, and is open in between", arguments: table)
    func changes(line: String) throws {
        let each = try Case(line)
        let (schedule, second) = (each.schedule, TimeSpan(seconds: 1))
        #expect(!schedule.isOpen(at: each.start))
        var (at, isOpen, found) = (each.start, false, [Timestamp]())
        while let next = isOpen ? schedule.closes(after: at) : schedule.nextOpening(after: at), next < each.end {
            found.append(next)
            #expect(schedule.isOpen(at: next - second) == isOpen && schedule.isOpen(at: next) == !isOpen)
            (at, isOpen) = (next, !isOpen)
        }
        #expect(found == each.changes)
        at = each.start
        while at < each.end {
            #expect(schedule.isOpen(at: at) == (each.changes.filter { $0 <= at }.count % 2 == 1), "at \(at)")
            at = at + .minutes(10)
        }
    }
}
