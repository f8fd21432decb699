import Foundation
import RotationModel
import Testing

/// The two years take a minute or two, nearly all of it in the job. `SIMULATION_DEVICES` and `SIMULATION_DAYS` make the
/// world smaller, `SIMULATION_SEED` another one, and `SIMULATION_TIMES` tells where the time went.
@Suite("Simulation: a fleet that lives")
struct SimulationTests {
    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment["SIMULATION_\(name)"].flatMap { Int($0) }
    }

    @Test("A fleet lives through two years of daily runs, and every promise is kept", .timeLimit(.minutes(15)))
    func twoYears() async throws {
        var world = SimulatedWorld()
        world.devices = SimulationTests.setting("DEVICES") ?? world.devices
        world.days = SimulationTests.setting("DAYS") ?? world.days
        world.seed = SimulationTests.setting("SEED").map { UInt64($0) } ?? world.seed
        let life = try Life(world)
        try await life.live()
        if SimulationTests.setting("TIMES") != nil { print(life.times) }

        #expect(life.chronicle.violations == [], "\(life.chronicle.violationCount) promises were broken")
        guard world.devices >= 1000 && world.days >= 730 else { return }
        // What did not happen was not tried.
        for event in Chronicle.Event.allCases { #expect(life.chronicle[event] > 0, "\(event.rawValue) never came up") }
        for code in [
            "algorithm", "foreign-key", "future-time", "key-in-use", "old-key", "proof-of-possession", "replayed",
        ] {
            #expect(life.chronicle.rejections[code] ?? 0 > 0, "nothing was rejected as \(code)")
        }
        #expect(life.chronicle.rejections.count >= 15, "\(life.chronicle.rejections)")
    }

    @Test("Two lives from one seed are the same day by day: no random key decides anything")
    func determinism() async throws {
        var world = SimulatedWorld()
        (world.devices, world.days) = (40, 100)
        let (first, second) = (try Life(world), try Life(world))
        try await first.live()
        try await second.live()
        #expect(first.chronicle.days == second.chronicle.days)
        #expect(first.chronicle[.confirmed] > 20)
        #expect(first.chronicle.summary == second.chronicle.summary)
        #expect(first.chronicle.violations == [])
    }
}
