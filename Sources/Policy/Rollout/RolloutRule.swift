import RotationModel

/// How a policy's replacements go out: when, to whom first, and when to stop.
package struct RolloutRule: Hashable, Sendable {
    package let schedule: RolloutSchedule
    /// Nil where all go at once.
    package let waves: RolloutWaves?
    /// Nil where nothing stops it.
    package let halt: HaltRule?

    package init(schedule: RolloutSchedule = RolloutSchedule(), waves: RolloutWaves? = nil, halt: HaltRule? = nil) {
        self.schedule = schedule
        self.waves = waves
        self.halt = halt
    }
}

/// The parts of a fleet that go one after the other.
package struct RolloutWaves: Hashable, Sendable {
    /// Of the policy's devices, each with those of the waves before it: rising, and the last 100%.
    package let shares: [Share]

    /// Nil unless the shares rise from more than 0% to 100%.
    package init?(_ shares: [Share]) {
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

/// When a policy stops by itself: where too many of those that were handed a replacement fail.
package struct HaltRule: Hashable, Sendable {
    /// More than this share.
    package let failed: Share
    /// Of at least so many.
    package let atLeast: Int

    package init(failed: Share, atLeast: Int = HaltRule.standardAtLeast) {
        self.failed = failed
        self.atLeast = atLeast
    }

    /// Where a policy does not say.
    package static let standardAtLeast = 50

    /// - Parameters:
    ///   - bad: those that failed or are stuck.
    ///   - count: those that were handed out, these among them.
    package func isPassed(bad: Int, of count: Int) -> Bool {
        count >= atLeast && Int128(bad) * 1_000_000 > Int128(count) * Int128(failed.partsPerMillion)
    }
}
