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

/// When a policy's certificates are renewed, and what becomes of the old ones.
package struct ExpiryRule: Hashable, Sendable {
    package enum Expired: String, Sendable, CaseIterable { case replace, report }

    /// How long before `notAfter` a certificate is due.
    package let renewBefore: Lead
    /// Up to this much earlier, by a hash of policy name and device id.
    package let spread: Lead
    /// How long the old certificate stays valid after the new one is confirmed.
    package let overlap: TimeSpan
    /// After this long without confirmation a device counts as stuck.
    package let confirmWithin: TimeSpan
    /// What is done about a certificate that is past its `notAfter`.
    package let expired: Expired

    package init(
        renewBefore: Lead = .share(Share(partsPerMillion: 330_000)), spread: Lead = .span(.zero),
        overlap: TimeSpan = .days(7), confirmWithin: TimeSpan = .days(30), expired: Expired = .replace
    ) {
        self.renewBefore = renewBefore
        self.spread = spread
        self.overlap = overlap
        self.confirmWithin = confirmWithin
        self.expired = expired
    }
}
