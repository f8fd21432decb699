import RotationModel
import Testing

@testable import Policy

@Suite("Waves, and when to halt")
struct WaveTests {
    private func policy(
        _ rollout: String, sha256: @escaping SHA256Function = spreadHash
    ) throws -> RotationPolicy {
        try #require(load(PolicyTests.policy("rollout: \(rollout)"), sha256: sha256).set?.policies.first)
    }

    @Test(
        "A device goes with the first wave whose share is greater than its place, to the last bit",
        arguments: [
            (0, 0), (1 << 62 - 1, 0), (1 << 62, 1), (1 << 63 - 1, 1), (1 << 63, 2), (UInt64.max, 2),
        ] as [(UInt64, Int)])
    func place(word: UInt64, wave: Int) throws {
        let policy = try policy("{ waves: [25%, 50%, 100%] }", sha256: digest(startingWith: word))
        #expect(policy.wave(of: DeviceID(checked: "d1")) == wave)
    }

    @Test("What is hashed is the word, the policy and the device, so that it is not the hash of the spread")
    func input() throws {
        let policy = try policy(
            "{ waves: [50%, 100%] }",
            sha256: { bytes in
                digest(startingWith: bytes == Array("wave\nsensors\nd1".utf8) ? 0 : .max)([])
            })
        #expect(policy.wave(of: DeviceID(checked: "d1")) == 0)
        #expect(policy.wave(of: DeviceID(checked: "d2")) == 1)
    }

    @Test("Shares of a large fleet are what they say, and without waves nobody has one")
    func shares() throws {
        let policy = try policy("{ waves: [1%, 10%, 100%] }")
        var counts = [0, 0, 0]
        for number in 0..<20_000 {
            counts[try #require(policy.wave(of: DeviceID(checked: "sensor-\(number)")))] += 1
        }
        #expect((150...250).contains(counts[0]) && (1650...1950).contains(counts[1]), "\(counts)")
        #expect(try self.policy("{ batch: 5 }").wave(of: DeviceID(checked: "d1")) == nil)
    }

    @Test(
        "A policy halts over its share, not at it, and not before it has handed out enough",
        arguments: [
            (1, 50, false), (2, 99, true), (2, 100, false), (3, 100, true), (50, 49, false), (50, 50, true),
            (0, 1000, false), (0, 0, false),
        ])
    func halt(bad: Int, count: Int, isPassed: Bool) throws {
        let rule = try #require(try policy("{ halt: { failed: 2% } }").rollout.halt)
        #expect(rule.atLeast == 50)
        #expect(rule.isPassed(bad: bad, of: count) == isPassed)
    }

    @Test("With 0% the first that fails halts it")
    func none() throws {
        let rule = try #require(try policy("{ halt: { failed: 0%, atLeast: 1 } }").rollout.halt)
        #expect(rule.isPassed(bad: 1, of: 1) && !rule.isPassed(bad: 0, of: 1))
    }
}
