/// Where a command gets its `now`: once, at its start.
package protocol WallClock: Sendable {
    func now() -> Timestamp
}

/// A clock that stands still, for `--at` and for tests.
package struct FixedClock: WallClock {
    private let instant: Timestamp

    package init(_ instant: Timestamp) { self.instant = instant }

    package func now() -> Timestamp { instant }
}
