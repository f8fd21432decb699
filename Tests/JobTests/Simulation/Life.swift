import Delivery
import Fleet
import PKI
import RotationModel
import RotationTesting
import Synchronization

@testable import Intake
@testable import Job
@testable import Planning

/// A fleet that lives for some time: a run each night, the devices each afternoon.
final class Life {
    let world: SimulatedWorld
    let fleet: TestFleet
    let residents: [Resident]
    let chronicle = Chronicle()
    let ledger: Ledger
    private let vandals: [Resident]
    private let vandal: Vandal
    private let deep: DeepCheck
    private var hand: HandOrders
    private var generator: SeededGenerator
    private(set) var stopwatch = Stopwatch()
    let stages = StageClock()

    init(_ world: SimulatedWorld) throws {
        self.world = world
        (fleet, residents) = try world.settle()
        ledger = Ledger(residents, chronicle)
        vandal = try Vandal()
        vandals = residents.filter { $0.temperament == .vandal }
        deep = DeepCheck(fleet, residents, world, chronicle)
        hand = HandOrders(fleet, residents, ledger)
        generator = SeededGenerator(seed: world.seed &+ 1)
        try fleet.workspace.openInventory(.readOnly).planningSnapshot { try ledger.observe($0, day: -1) }
    }

    func live() async throws {
        for day in 0..<world.days {
            try await stopwatch.measure("orders") { try await giveOrders(day) }
            let death = death(on: day)
            if let death {
                try await stopwatch.measure("dying") {
                    try await DyingRun(fleet, at: SimulatedWorld.run(day) - .hours(1)).die(death)
                }
            }
            let expected = day % 30 == 15 ? try await fleet.plan(at: SimulatedWorld.run(day)).lines : nil
            let outcome = try await stopwatch.measure("run") { try await run(day) }
            if let expected, expected != outcome.plan.lines {
                chronicle.wrong(day, nil, "the dry run said \(expected), and the run did \(outcome.plan.lines)")
            }
            try stopwatch.measure("observe") {
                try fleet.workspace.openInventory(.readOnly).planningSnapshot { try ledger.observe($0, day: day) }
            }
            evaluate(outcome, day, after: death)
            if day % 30 == 29 { try stopwatch.measure("deep") { try deep.perform(day: day, oneOf: 12) } }
            if day == world.days - 1 {
                try stopwatch.measure("end") { try deep.performAtTheEnd(day: day) }
                try await stopwatch.measure("verify") { try await verify(day: day) }
            }
            try stopwatch.measure("devices") { try liveDay(day) }
        }
    }

    /// How the run before the day's run died, where there was one.
    private func death(on day: Int) -> DyingRun.Death? {
        if day == world.theftDay + 2 || day == world.theftDay + 10 { return .revoked }
        guard day % 40 == 39 else { return nil }
        let all = DyingRun.Death.allCases
        return all[day / 40 % all.count]
    }

    private func run(_ day: Int) async throws -> RunOutcome {
        let at = SimulatedWorld.run(day)
        return try await JobRun(
            fleet.workspace, at: at, actor: "test", clock: FixedClock(at), observer: stages
        ).perform()
    }

    private func anyNeighbour() -> Resident { residents[Int.random(in: 0..<residents.count, using: &generator)] }

    private func liveDay(_ day: Int) throws {
        for (place, resident) in residents.enumerated() {
            try resident.visit(day: day, neighbour: anyNeighbour(), vandal: vandal, chronicle)
            if let trouble = ledger.trouble(place, day: day) { chronicle.wrong(day, resident.device.id, trouble) }
        }
    }

    // MARK: Orders

    private func giveOrders(_ day: Int) async throws {
        try await hand.give(day: day - world.theftDay, at: SimulatedWorld.run(day) - .minutes(90))
        if day == world.amnestyDay { try fleet.setPolicies(world.policies(revoking: false)) }
        guard day == world.theftDay else { return }
        try fleet.setPolicies(world.policies(revoking: true))
        ledger.orders.append(
            Ledger.Order(
                devices: Set(residents.filter(\.isStolen).map(\.device.id)),
                recordedAt: SimulatedWorld.run(day), mode: .replaceThenRevoke, deadline: SimulatedWorld.deadline))
    }

    // MARK: What the run says of itself

    private func evaluate(_ outcome: RunOutcome, _ day: Int, after death: DyingRun.Death?) {
        chronicle.close(day, summary(of: outcome))
        if outcome.ending != .completed { chronicle.wrong(day, nil, "the run ended \(outcome.ending.rawValue)") }
        for obstacle in outcome.intake.obstacles { chronicle.wrong(day, nil, obstacle) }
        for (decision, result) in zip(outcome.plan.decisions, outcome.results) {
            switch result.status {
            case .failed, .blocked, .skipped, .stopped, .uncovered:
                chronicle.wrong(
                    day, decision.device,
                    "\(decision.action.name.rawValue) for \(decision.reason.text): \(result.status.rawValue) \(result.error ?? "")"
                )
            case .issued, .requested, .revoked, .retired, .held, .reported: break
            }
        }
        judgeRejections(outcome, day, after: death)
        // The run that was stopped had ended itself.
        let isDead = death != nil && death != .stopped
        if outcome.recovery.interruptedRuns.count != (isDead ? 1 : 0) {
            chronicle.wrong(day, nil, "found \(outcome.recovery.interruptedRuns.count) interrupted runs")
        }
    }

    /// All rubbish is rejected, and nothing else, unless it came to late to be of use.
    private func judgeRejections(_ outcome: RunOutcome, _ day: Int, after death: DyingRun.Death?) {
        var expected: [String: Resident] = [:]
        for resident in vandals {
            for path in resident.rubbish { expected[String(path.dropFirst(4))] = resident }
        }
        for rejected in outcome.intake.rejected {
            chronicle.rejected(rejected.code)
            if expected.removeValue(forKey: rejected.file) != nil { continue }
            guard let place = residents.firstIndex(where: { $0.device.id == rejected.device }) else {
                chronicle.wrong(day, rejected.device, "\(rejected.file) was rejected: \(rejected.code)")
                continue
            }
            let resident = residents[place]
            let isExplained =
                switch rejected.code {
                case "replayed": resident.temperament == .forgetful
                // One that was put off, for a key whose certificate was taken back meanwhile.
                case "revoked-key", "certificate-revoked":
                    ledger.orders.contains { $0.devices.contains(resident.device.id) }
                case "no-active-certificate": ledger.lockedOut.contains(place)
                case "nothing-to-confirm", "wrong-certificate":
                    ledger.isGone(resident.device.current.certificate.fingerprint, of: place)
                default: false
                }
            if !isExplained {
                chronicle.wrong(
                    day, rejected.device, "\(rejected.file) was rejected: \(rejected.code): \(rejected.text)")
            }
        }
        // A run that was stopped had taken the files in.
        if death == .stopped { return }
        for (file, resident) in expected { chronicle.wrong(day, resident.device.id, "\(file) was not rejected") }
    }

    /// Without the lists: in which shard a certificate stands, its random serial number decides.
    private func summary(of outcome: RunOutcome) -> String {
        let counts = RowResult.Status.allCases.map { ($0, outcome.count($0)) }.filter { $0.1 > 0 }
        return
            (counts.map { "\($0.0.rawValue) \($0.1)" } + [
                "confirmed \(outcome.intake.confirmed)", "taken \(outcome.intake.taken)",
                "rejected \(outcome.intake.rejected.count)", "refreshed \(outcome.refreshed)",
            ]).joined(separator: ", ")
    }
}

extension Life {
    /// What happened how often, and what took how long.
    var times: String {
        let parts = stopwatch.spent.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let stages = stages.spent.sorted { $0.value > $1.value }.map { "  \($0.key.rawValue) \($0.value)" }
        return ([chronicle.summary] + parts + ["of the runs:"] + stages).joined(separator: "\n")
    }
}

/// Where the time goes.
struct Stopwatch {
    private(set) var spent: [String: Duration] = [:]

    mutating func measure<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        let start = ContinuousClock.now
        defer { spent[name, default: .zero] += ContinuousClock.now - start }
        return try body()
    }

    mutating func measure<Result>(
        _ name: String, _ body: () async throws -> Result
    ) async rethrows -> Result {
        let start = ContinuousClock.now
        let result = try await body()
        spent[name, default: .zero] += ContinuousClock.now - start
        return result
    }
}

/// Which stages of the runs take the time.
final class StageClock: RunObserver {
    private let state = Mutex<(spent: [Stage: Duration], began: [Stage: ContinuousClock.Instant])>(([:], [:]))

    var spent: [Stage: Duration] { state.withLock { $0.spent } }

    func began(_ stage: Stage, total: Int?) { state.withLock { $0.began[stage] = .now } }
    func advanced(_ stage: Stage, by count: Int) {}
    func ended(_ stage: Stage) {
        state.withLock { state in
            guard let began = state.began.removeValue(forKey: stage) else { return }
            state.spent[stage, default: .zero] += .now - began
        }
    }
    func warn(_ text: String) {}
}
