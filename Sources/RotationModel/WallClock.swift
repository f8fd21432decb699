/// Where a command gets its `now`: once, at its start.
public protocol WallClock: Sendable {
    func now() -> Timestamp
}

/// A clock that stands still, for `--at` and for tests.
public struct FixedClock: WallClock {
    private let instant: Timestamp

    public init(_ instant: Timestamp) { self.instant = instant }

    public func now() -> Timestamp { instant }
}
