import Fleet
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Job
@testable import Planning

@Suite("A forecast, held against the runs that then come")
struct ForecastTests {
    private static let now = TestFleet.now

    /// Three policies that differ in all that a forecast has to know, and a fleet of every age.
    private func mixedFleet(seed: UInt64, rekey: String) throws -> TestFleet {
        let policies = [
            PolicyText(
                name: "field", match: "{ labels: { stage: field } }",
                expiry: "{ renewBefore: 33%, spread: 10%, overlap: 7d }",
                compliance: "{ signature: replace, superseded: retire }", rekey: rekey, profile: "short",
                rollout: "{ batch: 3, perRun: 2 }"),
            PolicyText(
                name: "lab", priority: 5, match: "{ labels: { stage: lab } }",
                expiry: "{ renewBefore: 30d, spread: 7d, overlap: 0d, expired: report }",
                compliance: "{ age: { over: 70d, do: replace } }", rekey: rekey, profile: "client"),
            // The overlap outlasts the certificate: it ends early, and that takes a run.
            PolicyText(
                name: "site", priority: 4, match: "{ labels: { stage: site } }",
                expiry: "{ renewBefore: 5d, overlap: 60d }", rekey: rekey, profile: "brief"),
        ]
        let profiles = [
            ProfileText(name: "short", validity: "60d"), ProfileText(name: "client"),
            ProfileText(name: "brief", validity: "20d"),
        ]
        let fleet = try TestFleet(policies: policyFile(policies, profiles), limits: "{ issue: 3 }")
        var random = SeededGenerator(seed: seed)
        try fleet.add("uncovered")
        for number in 0..<14 {
            let stage = random.pick([("field", 4.0), ("lab", 3), ("site", 2)])
            let left = TimeSpan.days(random.pick([(Int64(-3), 1.0), (2, 1), (15, 2), (40, 3), (80, 3)]))
            try fleet.add(
                "d\(number)", left: left, labels: ["stage": stage],
                signature: number % 6 == 1 ? .ecdsaWithSHA384 : nil)
            guard number % 5 == 4 else { continue }
            try fleet.add("d\(number)", left: left + .days(-1), key: fleet.keys["d\(number)"], labels: ["stage": stage])
        }
        return try fleet.load()
    }

    /// Devices that answer each run before the next.
    private struct Answers {
        var keys: [String: PrivateKey]

        mutating func answer(
            _ outcome: RunOutcome, _ fleet: TestFleet, at: Timestamp, but silent: Set<String> = []
        ) throws {
            for (decision, result) in zip(outcome.plan.decisions, outcome.results) {
                let device = decision.device.text
                if silent.contains(device) { continue }
                switch result.status {
                case .requested: keys[device] = try fleet.handIn(device)
                case .issued: if let key = keys[device] { try fleet.confirm(device, key, at: at) }
                default: break
                }
            }
        }
    }

    private func replay(_ fleet: TestFleet, days: Int, limit: Int) async throws -> [RunOutcome] {
        var answers = Answers(keys: fleet.keys)
        var outcomes: [RunOutcome] = []
        for day in 0..<days {
            let at = Self.now + .days(Int64(day))
            let outcome = try await fleet.run(at: at, limit: limit)
            try answers.answer(outcome, fleet, at: at)
            outcomes.append(outcome)
        }
        return outcomes
    }

    @Test(
        "One simulated year, day by day: what runs issue, hold, ask and block is what was forecast",
        arguments: [("allowed", 365), ("required", 120)])
    func replay(_ rekey: String, _ days: Int) async throws {
        let fleet = try mixedFleet(seed: 11, rekey: rekey)
        let forecast = try await Forecaster(fleet.workspace, at: Self.now).forecast(days: days)
        let outcomes = try await replay(fleet, days: days, limit: 3)
        for (day, outcome) in zip(forecast.days, outcomes) {
            #expect(day.replacements == outcome.count(.issued), "on \(day.date)")
            #expect(day.heldOver == outcome.count(.held), "on \(day.date)")
            #expect(day.requests == outcome.count(.requested), "on \(day.date)")
            for (policy, count) in day.byPolicy {
                let issued = zip(outcome.plan.decisions, outcome.results).count {
                    $0.0.policy?.name == policy && $0.1.status == .issued
                }
                #expect(count == issued, "\(policy) on \(day.date)")
            }
        }
        #expect(forecast.days.count == days && outcomes.count == days)
        #expect(forecast.total == outcomes.reduce(0) { $0 + $1.count(.issued) })
        // The year is not an idle one.
        #expect(forecast.total > days / 5)
        #expect(forecast.days.contains { $0.heldOver > 0 })
        #expect((rekey == "required") == forecast.days.contains { $0.requests > 0 })
        #expect(forecast.uncovered == 1)
    }

    @Test("A queue that grows for weeks is gone through in the runs' order: past ends, windows and waves")
    func longQueue() async throws {
        let policies = [
            // More than three devices fall due for each one that may be replaced: they expire in the queue.
            PolicyText(
                name: "crowd", match: "{ labels: { stage: crowd } }", expiry: "{ renewBefore: 8d, overlap: 1d }",
                compliance: "{ age: { over: 15d, do: replace } }", rekey: "allowed", profile: "brief",
                rollout: "{ perRun: 1 }"),
            PolicyText(
                name: "nights", priority: 2, match: "{ labels: { stage: nights } }",
                expiry: "{ renewBefore: 9d, overlap: 2d, expired: report }", rekey: "allowed", profile: "brief",
                rollout: "{ perRun: 1, windows: [{ days: [Mon, Wed, Fri], from: \"00:00\", to: \"23:59\", }] }"),
            PolicyText(
                name: "waved", priority: 3, match: "{ labels: { stage: waved } }",
                expiry: "{ renewBefore: 6d, overlap: 1d }", rekey: "allowed", profile: "brief",
                rollout: "{ perRun: 1, waves: [50%, 100%] }"),
        ]
        let fleet = try TestFleet(
            policies: policyFile(policies, [ProfileText(name: "brief", validity: "20d")]), limits: "{ issue: 2 }")
        var random = SeededGenerator(seed: 5)
        for number in 0..<36 {
            let stage = random.pick([("crowd", 5.0), ("nights", 3), ("waved", 1)])
            let left = TimeSpan.days(random.pick([(Int64(-1), 1.0), (3, 3), (6, 3), (9, 2), (13, 1)]))
            try fleet.add("q\(number)", left: left, labels: ["stage": stage])
        }
        try fleet.load()
        let forecast = try await Forecaster(fleet.workspace, at: Self.now).forecast(days: 90)
        let outcomes = try await replay(fleet, days: 90, limit: 2)
        for (day, outcome) in zip(forecast.days, outcomes) {
            #expect(day.replacements == outcome.count(.issued), "on \(day.date)")
            #expect(day.heldOver == outcome.count(.held), "on \(day.date)")
            let expired = outcome.plan.decisions.count {
                let isLate = $0.action.name == .hold || ($0.action.name == .report && $0.reason.code == .expired)
                return isLate && ((day.date - .days(1))..<day.date).contains($0.notAfter)
            }
            #expect(day.date == Self.now || day.expiredWaiting == expired, "on \(day.date)")
        }
        #expect(forecast.expiredWaiting > 5)
        #expect(forecast.total > 90 && forecast.days.count { $0.heldOver > 5 } > 60)
    }

    @Test("What is under way today is gone on with: asked, handed out, proved")
    func underWay() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText()]))
        for device in ["asked", "handed", "proved", "waits", "odd"] { try fleet.add(device, left: .days(20)) }
        try fleet.load()
        var answers = Answers(keys: [:])
        for device in ["handed", "proved"] { answers.keys[device] = try fleet.handIn(device) }
        let first = try await fleet.run(at: Self.now - .days(1))
        for device in ["waits"] { answers.keys[device] = try fleet.handIn(device) }
        let key = try #require(answers.keys["proved"])
        try fleet.confirm("proved", key, at: Self.now - .hours(2))
        let forecast = try await Forecaster(fleet.workspace, at: Self.now).forecast(days: 100)
        // Whoever was asked or handed something yesterday answers before today's second run.
        var outcomes = [try await fleet.run(at: Self.now)]
        try answers.answer(first, fleet, at: Self.now, but: ["proved", "waits"])
        try answers.answer(outcomes[0], fleet, at: Self.now)
        for day in 1..<100 {
            let at = Self.now + .days(Int64(day))
            outcomes.append(try await fleet.run(at: at))
            try answers.answer(outcomes[day], fleet, at: at)
        }
        #expect(forecast.days.map(\.replacements) == outcomes.map { $0.count(.issued) })
        #expect(forecast.days[0].replacements == 1 && forecast.days[1].replacements == 2)
    }

    @Test("The peak is told with its cause: an import's common end, then the wave that came of it")
    func cause() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")]))
        for number in 0..<6 { try fleet.add("d\(number)", left: .days(40)) }
        try fleet.add("odd", left: .days(55))
        try fleet.load()
        let forecast = try await Forecaster(fleet.workspace, at: Self.now).forecast(days: 60)
        let peak = try #require(forecast.peak)
        #expect(peak.date == Self.now + .days(10) && peak.replacements == 6)
        #expect(peak.causes.count == 1)
        #expect(peak.causes[0].origin == .inventory && peak.causes[0].policy == "sensors")
        #expect(peak.causes[0].common?.day == Self.now + .days(40) && peak.causes[0].common?.count == 6)

        let later = try await Forecaster(fleet.workspace, at: Self.now + .days(60)).forecast(days: 30)
        #expect(later.peak?.causes.first?.origin == .inventory, "all have expired by then")
        let year = try await Forecaster(fleet.workspace, at: Self.now).forecast(days: 365)
        #expect(year.total > 5 * 7)
        let wave = try #require(year.days.firstIndex { $0.replacements == 6 && $0.date > peak.date })
        #expect(year.days[wave].date == peak.date + .days(60))
    }

    @Test("A limit is told with the days on which it holds something over, and what is over comes the day after")
    func limits() async throws {
        let policies = [
            PolicyText(match: "{ labels: { stage: field } }", rekey: "allowed", rollout: "{ perRun: 2 }"),
            PolicyText(name: "others", priority: 1, rekey: "allowed"),
        ]
        let fleet = try TestFleet(policies: policyFile(policies), limits: "{ issue: 4 }")
        for number in 0..<5 { try fleet.add("f\(number)", left: .days(20), labels: ["stage": "field"]) }
        for number in 0..<5 { try fleet.add("o\(number)", left: .days(21)) }
        try fleet.load()
        let forecast = try await Forecaster(fleet.workspace, at: Self.now).forecast(days: 10)
        #expect(forecast.days.prefix(4).map(\.replacements) == [4, 4, 2, 0])
        #expect(forecast.days.prefix(4).map(\.heldOver) == [6, 2, 0, 0])
        #expect(
            forecast.limits.map { "\($0.name) \($0.policy ?? "-") \($0.most) \($0.days) \($0.mostHeldOver)" } == [
                "limits.issue - 4 2 3", "perRun sensors 2 2 3",
            ])
        #expect(forecast.limits.allSatisfy { $0.first == Self.now })
    }

    @Test("A policy whose windows are never open at the hour of the forecast is run when they open, and it says so")
    func otherHours() async throws {
        let windows =
            "windows: [{ days: [Mon, Tue, Wed, Thu, Fri], from: \"01:00\", to: \"05:00\", zone: Europe/Berlin }]"
        let fleet = try TestFleet(
            policies: policyFile([
                PolicyText(
                    name: "nights", match: "{ labels: { stage: field } }", rekey: "allowed",
                    rollout: "{ perRun: 2, \(windows) }"),
                PolicyText(name: "days", priority: 1, rekey: "allowed"),
            ]))
        for number in 0..<9 {
            try fleet.add("n\(number)", left: .days(Int64(25 + number)), labels: ["stage": "field"])
        }
        try fleet.add("d", left: .days(25))
        try fleet.load()
        let hour = { (hours: Int64) in
            try await Forecaster(fleet.workspace, at: Self.now + .hours(hours)).forecast(days: 28)
        }
        let (night, noon) = (try await hour(2), try await hour(12))
        #expect(night.runAtOpening == [] && noon.runAtOpening == ["nights"])
        #expect(night.total == 10 && noon.total == 10)
        // At the weekend nothing opens, from whichever hour on one looks; and Friday's noon sees Monday no more than Saturday's.
        for forecast in [night, noon] {
            let idle = forecast.days.filter { $0.byPolicy.allSatisfy { $0.policy != "nights" } && $0.heldOver > 0 }
            #expect(idle.count >= 2)
            #expect(forecast.days.allSatisfy { $0.byPolicy.allSatisfy { $0.count <= 2 } })
        }
    }

    @Test("A window that the clocks move away from the hour of the forecast for half a year goes on being used")
    func clockChange() async throws {
        let windows = "windows: [{ days: [Mon-Sun], from: \"01:00\", to: \"02:00\", zone: Europe/Berlin }]"
        let fleet = try TestFleet(
            policies: policyFile([PolicyText(rekey: "allowed", rollout: "{ \(windows) }")]))
        for number in 0..<4 { try fleet.add("d\(number)", left: .days(Int64(25 + number))) }
        try fleet.load()
        // Half past midnight UTC is half past one in winter, and half past two in summer.
        let forecast = try await Forecaster(fleet.workspace, at: Self.now + TimeSpan(seconds: 1800)).forecast(days: 365)
        #expect(forecast.total >= 4 * 5 && forecast.expiredWaiting == 0, "\(forecast.total)")
        #expect(forecast.runAtOpening == ["sensors"])
    }

    @Test("What is blocked is counted once, and replaced never; what an authority's end cuts short comes again sooner")
    func authorityEnds() async throws {
        let fleet = try TestFleet(
            policies: policyFile([PolicyText(rekey: "allowed")]), authority: "retire: 2026-12-21")
        try fleet.add("d1", left: .days(35))
        try fleet.load()
        let forecast = try await Forecaster(fleet.workspace, at: Self.now).forecast(days: 60)
        #expect(forecast.total == 0)
        #expect(forecast.days.reduce(0) { $0 + $1.blocked } == 1 && forecast.days[5].blocked == 1)
    }

    @Test("It changes nothing")
    func isDry() async throws {
        let fleet = try mixedFleet(seed: 3, rekey: "required")
        let before = try await fleet.plan().lines
        _ = try await Forecaster(fleet.workspace, at: Self.now).forecast(days: 30)
        #expect(try await fleet.plan().lines == before)
        #expect(try fleet.inventory().recentRuns(limit: 1) == [])
    }
}
