public import RotationModel

/// How a policy's replacements go out: when, to whom first, and when to stop.
public struct RolloutRule: Hashable, Sendable {
    public let schedule: RolloutSchedule
    /// Nil where all go at once.
    public let waves: RolloutWaves?
    /// Nil where nothing stops it.
    public let halt: HaltRule?

    public init(schedule: RolloutSchedule = RolloutSchedule(), waves: RolloutWaves? = nil, halt: HaltRule? = nil) {
        self.schedule = schedule
        self.waves = waves
        self.halt = halt
    }
}

/// The parts of a fleet that go one after the other.
public struct RolloutWaves: Hashable, Sendable {
    /// Of the policy's devices, each with those of the waves before it: rising, and the last 100%.
    public let shares: [Share]

    /// Nil unless the shares rise from more than 0% to 100%.
    public init?(_ shares: [Share]) {
        guard let first = shares.first, first.partsPerMillion > 0, shares.last == RolloutWaves.all,
            zip(shares, shares.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.shares = shares
    }

    static let all = Share(partsPerMillion: 1_000_000)

    /// The wave of a place in the order that ``RotationPolicy/wave(of:)`` describes, from 0.
    func wave(ofPlace place: UInt64) -> Int {
        let scaled = UInt128(place) * 1_000_000
        return shares.firstIndex { scaled < UInt128($0.partsPerMillion) << 64 } ?? shares.count - 1
    }
}

extension RotationPolicy {
    /// The wave that a device goes with, from 0: the first whose share is greater than v.
    ///
    /// v is the first 8 bytes, big-endian, of SHA-256 over the word `wave`, a line feed, the policy's name, a line feed and the
    /// device id, divided by 2^64. The word keeps it apart from the hash that spreads due dates: who is renewed early in the
    /// spread is not always in the first wave.
    public func wave(of device: DeviceID) -> Int? {
        guard let waves = rollout.waves else { return nil }
        return waves.wave(ofPlace: sha256(Array("wave\n\(name)\n\(device.text)".utf8)).firstWord)
    }
}

/// When a policy stops by itself: where too many of those that were handed a replacement fail.
public struct HaltRule: Hashable, Sendable {
    /// More than this share.
    public let failed: Share
    /// Of at least so many.
    public let atLeast: Int

    public init(failed: Share, atLeast: Int = HaltRule.standardAtLeast) {
        self.failed = failed
        self.atLeast = atLeast
    }

    /// Where a policy does not say.
    public static let standardAtLeast = 50

    /// - Parameters:
    ///   - bad: those that failed or are stuck.
    ///   - count: those that were handed out, these among them.
    public func isPassed(bad: Int, of count: Int) -> Bool {
        count >= atLeast && Int128(bad) * 1_000_000 > Int128(count) * Int128(failed.partsPerMillion)
    }
}
