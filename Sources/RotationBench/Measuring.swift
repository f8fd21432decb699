import Foundation
import PKI
import RotationModel

/// Times operations and lines numbers up.
enum Measuring {
    /// Seconds that one call takes on one core: the best of five rounds, each of a fifth of a second, so that a disturbance of
    /// one round does not count.
    static func seconds(_ operation: () throws(RotationError) -> Void) throws(RotationError) -> Double {
        let clock = ContinuousClock()
        func time(_ count: Int) throws(RotationError) -> Double {
            let start = clock.now
            for _ in 0..<count { try operation() }
            let taken = start.duration(to: clock.now).components
            return Double(taken.seconds) + Double(taken.attoseconds) * 1e-18
        }
        var count = 1
        while try time(count) < 0.02 { count *= 2 }
        count *= 10
        var best = Double.infinity
        for _ in 0..<5 { best = min(best, try time(count)) }
        return best / Double(count)
    }

    /// Has what earlier work left to be written in the background written, so that it is not counted to the next.
    static func settle() { sync() }

    static func row(_ name: String, _ cells: [String]) -> String {
        name.padding(toLength: 34, withPad: " ", startingAt: 0)
            + cells.map { String(repeating: " ", count: max(1, 14 - $0.count)) + $0 }.joined()
    }

    static func perSecond(_ seconds: Double) -> String { String(format: "%.0f", 1 / seconds) }
    static func microseconds(_ seconds: Double) -> String { String(format: "%.1f", seconds * 1e6) }
    static func ratio(_ value: Double) -> String { String(format: "%.2f", value) }
}

/// The bare signature operations of this machine, in seconds, on one core.
struct RawMeasurement {
    let sign: Double
    let verify: Double

    static func take() throws(RotationError) -> RawMeasurement {
        let raw = try RawP256(digest: SHA256.digest([1, 2, 3]).bytes)
        let signature = raw.sign()
        guard raw.verify(signature) else {
            throw RotationError(.cryptography, "P-256 does not verify its own signature")
        }
        let sign = try Measuring.seconds { () throws(RotationError) in _ = raw.sign() }
        let verify = try Measuring.seconds { () throws(RotationError) in _ = raw.verify(signature) }
        return RawMeasurement(sign: sign, verify: verify)
    }
}
