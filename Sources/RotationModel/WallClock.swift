#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where a command gets its `now`: once, at its start.
public protocol WallClock: Sendable {
    func now() -> Timestamp
}

/// The system's clock, to the second.
public struct SystemClock: WallClock {
    public init() {}

    public func now() -> Timestamp {
        Timestamp(seconds: Int64(time(nil)))
    }
}

/// A clock that stands still, for `--at` and for tests.
public struct FixedClock: WallClock {
    private let instant: Timestamp

    public init(_ instant: Timestamp) { self.instant = instant }

    public func now() -> Timestamp { instant }
}
