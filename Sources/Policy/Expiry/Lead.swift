import RotationModel

/// A length of time before a certificate's end: fixed, or a share of the certificate's own lifetime.
package enum Lead: Hashable, Sendable, CustomStringConvertible {
    case span(TimeSpan)
    /// Of `notAfter - notBefore`.
    case share(Share)

    /// In millionths of a second, exact: a share of whole seconds has no finer unit.
    ///
    /// - Parameter lifetime: in seconds; a negative one (a certificate that ends before it begins) counts as none.
    func microseconds(of lifetime: Int64) -> Int128 {
        switch self {
        case .span(let span): Int128(span.seconds) * 1_000_000
        case .share(let share): Int128(max(0, lifetime)) * Int128(share.partsPerMillion)
        }
    }

    /// In whole seconds, rounded down.
    package func length(of lifetime: TimeSpan) -> TimeSpan {
        TimeSpan(seconds: Int64(clamping: microseconds(of: lifetime.seconds) / 1_000_000))
    }

    package var isNothing: Bool { self == .span(.zero) || self == .share(Share(partsPerMillion: 0)) }

    package var description: String {
        switch self {
        case .span(let span): span.description
        case .share(let share): share.description
        }
    }
}
