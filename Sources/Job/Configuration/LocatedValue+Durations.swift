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
}
