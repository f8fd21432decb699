import RotationModel

/// When a policy's certificates are renewed, and what becomes of the old ones.
package struct ExpiryRule: Hashable, Sendable {
    package enum Expired: String, Sendable, CaseIterable { case replace, report }

    /// How long before `notAfter` a certificate is due.
    package var renewBefore = Lead.share(Share(partsPerMillion: 330_000))
    /// For devices that are seldom seen; nil where that makes no difference.
    package var contact: ContactRule?
    /// Up to this much earlier, by a hash of policy name and device id.
    package var spread = Lead.span(.zero)
    /// How long the old certificate stays valid after the new one is confirmed.
    package var overlap = TimeSpan.days(7)
    /// After this long without confirmation a device counts as stuck.
    package var confirmWithin = TimeSpan.days(30)
    /// What is done about a certificate that is past its `notAfter`.
    package var expired = Expired.replace

    /// The standard values, each of which a policy may change.
    package init() {}
}
