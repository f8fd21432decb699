/// Keeps a run under `limits.issuePerMinute`: within any 60 seconds no more than that many are issued.
struct Pacer {
    private let perMinute: Int
    /// What was issued within the last minute, or is to be issued after the delay that was said; the oldest first.
    private var recent: [(at: ContinuousClock.Instant, count: Int)] = []

    private static let minute = Duration.seconds(60)

    /// - Parameter perMinute: at least 1.
    init(perMinute: Int) {
        self.perMinute = perMinute
    }

    /// How long to wait before `count` more may be issued. They count as issued from then on.
    ///
    /// - Parameter count: at most the limit: a batch that is larger could never go.
    mutating func delay(for count: Int, now: ContinuousClock.Instant = .now) -> Duration {
        recent.removeAll { $0.at + Pacer.minute <= now }
        var free = perMinute - recent.reduce(0) { $0 + $1.count }
        var start = now
        for earlier in recent where free < count {
            free += earlier.count
            start = max(start, earlier.at + Pacer.minute)
        }
        recent.append((start, count))
        return start - now
    }
}
