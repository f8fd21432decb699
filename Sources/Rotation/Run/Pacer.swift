import RotationModel

/// Keeps a run under `limits.issuePerMinute`: a bucket that holds one minute's worth and fills evenly.
struct Pacer {
    private let perSecond: Double
    private let capacity: Double
    private var level: Double
    private var last: ContinuousClock.Instant

    /// - Parameter perMinute: at least 1.
    init(perMinute: Int, now: ContinuousClock.Instant = .now) {
        capacity = Double(perMinute)
        perSecond = Double(perMinute) / 60
        level = capacity
        last = now
    }

    /// How long to wait before `count` more may be issued. They count as issued from then on.
    mutating func delay(for count: Int, now: ContinuousClock.Instant = .now) -> Duration {
        level = min(capacity, level + (now - last) / .seconds(1) * perSecond)
        last = now
        level -= Double(count)
        return level >= 0 ? .zero : .seconds(-level / perSecond)
    }
}
