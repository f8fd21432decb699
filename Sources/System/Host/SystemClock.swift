import Glibc
import RotationModel

/// The system's clock, to the second.
package struct SystemClock: WallClock {
    package init() {}

    package func now() -> Timestamp { Timestamp(seconds: Int64(time(nil))) }
}
