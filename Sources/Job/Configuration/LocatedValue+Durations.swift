import LocatedYAML
import RotationModel

extension LocatedValue {
    /// A duration that is not zero.
    func positiveTimeSpan() -> TimeSpan? {
        guard let span = timeSpan() else { return nil }
        guard span > .zero else {
            report("`\(name)` is zero", help: "write a duration such as 30d")
            return nil
        }
        return span
    }
    /// A duration within a range; its ends count.
    func timeSpan(from least: TimeSpan, to most: TimeSpan) -> TimeSpan? {
        guard let span = timeSpan() else { return nil }
        guard least <= span, span <= most else {
            report("`\(name)` is \(span)", help: "write a duration from \(least) to \(most)")
            return nil
        }
        return span
    }
}
