import Glibc
import RotationModel

/// The system's clock, to the second.
package struct SystemClock: WallClock {
    package init() {}

    package func now() -> Timestamp { Timestamp(seconds: Int64(time(nil))) }

    /// Lets the calling thread wait.
    package static func pause(seconds: Double) { usleep(UInt32(seconds * 1_000_000)) }
}
