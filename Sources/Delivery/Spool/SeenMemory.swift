import RotationModel

/// What was noted of certificates lately: a device that asks every minute is not noted every minute.
struct SeenMemory {
    private var noted: [Fingerprint: Timestamp] = [:]

    /// How long a note stands for those that would follow it.
    static let span = TimeSpan.hours(6)

    /// The most certificates that are remembered, some 100 MB of them; beyond that all is forgotten, which costs notes alone.
    private static let most = 1_000_000

    /// Those of which nothing was noted lately. A time before the last note's is news as well: clocks go back.
    func news(in seen: [Fingerprint: Timestamp]) -> [Fingerprint: Timestamp] {
        seen.filter { fingerprint, at in
            guard let last = noted[fingerprint] else { return true }
            return at >= last + SeenMemory.span || at < last
        }
    }

    mutating func remember(_ seen: [Fingerprint: Timestamp]) {
        if noted.count + seen.count > SeenMemory.most { noted.removeAll() }
        for (fingerprint, at) in seen { noted[fingerprint] = at }
    }
}
