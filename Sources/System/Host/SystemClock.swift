import Glibc
public import RotationModel

/// The system's clock, to the second.
public struct SystemClock: WallClock {
    public init() {}

    public func now() -> Timestamp { Timestamp(seconds: Int64(time(nil))) }
}
