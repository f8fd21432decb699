import RotationModel

/// How long to wait before a request is made again.
struct BackOff: Sendable {
    /// A share from 0 to 1: several jobs that were turned away together should not come back together.
    let jitter: @Sendable () -> Double
    let sleep: @Sendable (Duration) async throws -> Void

    static let longest = Duration.seconds(30)

    init(
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        (self.jitter, self.sleep) = (jitter, sleep)
    }

    /// Between half of and the whole of 1, 2, 4… seconds, at most ``longest``.
    ///
    /// - Parameter failures: how often it was tried, at least 1.
    func wait(after failures: Int) async throws {
        let whole = min(BackOff.longest, .seconds(1) * (1 << min(max(failures, 1) - 1, 6)))
        try await sleep(whole * (0.5 + jitter() / 2))
    }
}
