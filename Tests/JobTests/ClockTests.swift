import Fleet
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Job
@testable import Planning

@Suite("Clocks that are wrong")
struct ClockTests {
    private static let now = TestFleet.now

    private func fleet(_ limits: String = "{ issue: 100000 }") throws -> TestFleet {
        let fleet = try TestFleet(limits: limits)
        try fleet.add("d1")
        return try fleet.load()
    }

    /// As the command line starts one.
    @discardableResult
    private func start(_ fleet: TestFleet, at: Timestamp, limit: Int? = nil) async throws -> RunOutcome {
        try await JobRun(fleet.workspace, at: at, limit: limit, actor: "test", clock: FixedClock(at)).perform()
    }

    private func failure(_ body: () async throws -> RunOutcome) async -> RotationError? {
        do {
            _ = try await body()
            return nil
        } catch { return error as? RotationError }
    }

    struct Jump: Sendable, CustomTestStringConvertible {
        let to: Timestamp
        var limit = TimeSpan.days(30)
        let isRefused: Bool
        var testDescription: String { "to \(to) with \(limit)" }
    }

    private static let second = TimeSpan(seconds: 1)
    private static let jumps = [
        Jump(to: now, isRefused: false), Jump(to: now - .hours(1), isRefused: false),
        Jump(to: now - .hours(1) - second, isRefused: true), Jump(to: now + .days(30), isRefused: false),
        Jump(to: now + .days(30) + second, isRefused: true), Jump(to: "1970-01-01T00:00:00Z", isRefused: true),
        Jump(to: "2038-01-19T03:14:08Z", isRefused: true), Jump(to: "9999-12-31T23:59:59Z", isRefused: true),
        Jump(to: now + .days(31), limit: .days(31), isRefused: false),
        Jump(to: now + .hours(2), limit: .hours(1), isRefused: true),
    ]

    @Test(
        "A time more than an hour before the last run's, or more than the limit after it, is a jump", arguments: jumps)
    func jump(_ jump: Jump) {
        #expect((ClockJump(from: Self.now, to: jump.to, limit: jump.limit) != nil) == jump.isRefused)
        #expect(ClockJump(from: nil, to: jump.to, limit: jump.limit) == nil, "nothing comes before a first run")
    }

    @Test("A month is counted in days over a leap day, the end of 32 bits and 2050")
    func calendar() throws {
        let pairs: [(Timestamp, Timestamp)] = [
            ("2028-02-01T00:00:00Z", "2028-03-02T00:00:00Z"), ("2038-01-01T00:00:00Z", "2038-01-31T00:00:00Z"),
            ("2049-12-15T12:00:00Z", "2050-01-14T12:00:00Z"),
        ]
        for (last, next) in pairs {
            #expect(ClockJump(from: last, to: next, limit: .days(30)) == nil, "\(next)")
            #expect(ClockJump(from: last, to: next + Self.second, limit: .days(30)) != nil, "\(next)")
        }
    }

    @Test("A run at a time that jumps does nothing, and says both times and the command that goes on")
    func refused() async throws {
        let fleet = try fleet()
        try await start(fleet, at: Self.now)
        let runs = try fleet.inventory().recentRuns(limit: 9)
        let audit = try fleet.inventory().auditAnchor()
        for (at, way) in [("1970-01-01T00:00:00Z", "before"), ("2027-12-01T00:00:00Z", "after")]
            as [(Timestamp, String)]
        {
            let error = try #require(await failure { try await start(fleet, at: at, limit: 3) })
            #expect(error.code == .guarded && error.code.exitStatus == 3)
            #expect(error.message.contains("\(at)") && error.message.contains("\(Self.now)"))
            #expect(error.message.contains(way))
            #expect(error.advice.contains("`rotation-job run --limit 3 --accept-time \(at)`"))
        }
        #expect(try fleet.inventory().recentRuns(limit: 9) == runs)
        #expect(try fleet.inventory().auditAnchor() == audit)
    }

    @Test("A time that a person accepts is the run's, the audit has both times, and the next run follows on it")
    func accepted() async throws {
        let fleet = try fleet()
        try await start(fleet, at: Self.now)
        let later = Self.now + .days(60)
        let outcome = try await fleet.run(at: later)
        #expect(outcome.plan.at == later)
        try await start(fleet, at: later + .hours(1))
        // And back again: what began last counts, not what is latest.
        try await fleet.run(at: Self.now + .days(2))
        try await start(fleet, at: Self.now + .days(3))
        var accepted: [String] = []
        try fleet.inventory().audit { if $0.action == AuditAction.timeAccepted.rawValue { accepted.append($0.detail) } }
        #expect(accepted.count == 2)
        #expect(accepted.first?.contains("\(later)") == true && accepted.first?.contains("\(Self.now)") == true)
    }

    @Test("The limit stands in rotation.yaml")
    func configured() async throws {
        let fleet = try fleet("{ clockJump: 90d }")
        try await start(fleet, at: Self.now)
        try await start(fleet, at: Self.now + .days(90))
        #expect(await failure { try await start(fleet, at: Self.now + .days(181)) }?.code == .guarded)
    }

    @Test("A saved plan is carried out at no other time than a run would be")
    func savedPlan() async throws {
        let fleet = try fleet()
        try await start(fleet, at: Self.now)
        let plan = try await DryRun(fleet.workspace, at: Self.now).reviewablePlan()
        let saved = SavedPlan(
            path: "reviewed.json", at: plan.plan.at, limit: plan.limit, digests: plan.digests, guards: [],
            rows: plan.plan.decisions.map(SavedPlan.Row.init))
        let late = Self.now + .days(40)
        let error = await failure {
            try await JobRun(fleet.workspace, at: late, reviewed: saved, actor: "test", clock: FixedClock(late))
                .perform()
        }
        #expect(error?.advice.contains("`rotation-job run --plan reviewed.json --accept-time \(late)`") == true)
    }

    @Test(
        "What is revoked at once is never refused for the clock, and dated with the later time", arguments: [-400, 400])
    func theft(days: Int64) async throws {
        let fleet = try TestFleet(
            limits: "{ revoke: 100% }",
            authority: "crl: { url: \"http://crl.example.com/fleet-ca-1.crl\", validity: 8d }")
        try fleet.add("d1", left: .days(80))
        try await start(try fleet.load(), at: Self.now)
        let wrong = Self.now + .days(days)
        _ = try await RevocationService(fleet.workspace, at: wrong, actor: "alice", clock: FixedClock(wrong))
            .carryOut(ManualRevocation(target: .device("d1"), reason: .keyCompromise))
        #expect(try fleet.statuses("d1") == ["REVOKED"])
        let list = try RevocationList(reading: try fleet.folder.read("delivery/crl/fleet-ca-1.crl"))
        let dated = max(wrong, Self.now)
        #expect(list.entries.count == 1 && list.thisUpdate == dated && list.entries[0].revokedAt == dated)
        // It is no run that later ones are measured by.
        try await start(fleet, at: Self.now + .hours(1))
        let mended = try RevocationList(reading: try fleet.folder.read("delivery/crl/fleet-ca-1.crl"))
        #expect(
            mended.thisUpdate <= Self.now + .hours(1)
                && mended.entries.map(\.serialNumber) == list.entries.map(\.serialNumber))
        #expect(mended.entries[0].revokedAt <= Self.now + .hours(1))
    }

    @Test("The status says that the next run would be refused")
    func status() async throws {
        let fleet = try fleet()
        try await start(fleet, at: Self.now)
        func attention(_ at: Timestamp) async throws -> Bool {
            try await FleetStatus.read(fleet.workspace, at: at).attention.contains {
                $0.contains("the last run's time")
            }
        }
        #expect(try await !attention(Self.now + .days(1)))
        #expect(try await attention(Self.now - .days(1)))
        #expect(try await attention(Self.now + .days(31)))
    }

    @Test(
        "Certificates and lists are dated right around a leap day, the end of 32 bits and 2050",
        arguments: ["2028-02-29T23:59:59Z", "2038-01-19T03:14:07Z", "2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z"])
    func dates(_ text: String) async throws {
        let at = try #require(Timestamp(rfc3339: text))
        let fleet = try TestFleet(
            limits: "{ revoke: 100% }",
            authority: "crl: { url: \"http://crl.example.com/fleet-ca-1.crl\", validity: 8d }")
        let pki = try ThrowawayPKI(now: at)
        try fleet.folder.write("ca.pem", pki.authority.certificate.pem)
        try fleet.folder.write("ca.key", try pki.key.pem(), mode: 0o600)
        try fleet.add("due", from: pki)
        try fleet.add("gone", left: .days(80), from: pki)
        try fleet.load().handIn("due")
        try await start(fleet, at: at)
        let issued = try fleet.manifest("due").certificate
        #expect(issued.notBefore <= at && issued.notAfter > at + .days(1) && issued.notAfter < at + .days(400))
        _ = try await RevocationService(fleet.workspace, at: at + Self.second, actor: "a", clock: FixedClock(at))
            .carryOut(ManualRevocation(target: .device("gone"), reason: .keyCompromise))
        let list = try RevocationList(reading: try fleet.folder.read("delivery/crl/fleet-ca-1.crl"))
        #expect(list.thisUpdate == at + Self.second && list.nextUpdate == at + Self.second + .days(8))
        #expect(list.entries.map(\.revokedAt) == [at + Self.second])
        try await start(fleet, at: at + .days(30))
    }
}
