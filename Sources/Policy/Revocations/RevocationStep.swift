import RotationModel

/// What a revocation that reaches a certificate does about it now.
package enum RevocationStep: Sendable, Hashable {
    /// It goes.
    case revoke(Trigger)
    /// Its device gets another certificate first.
    case replaceFirst
    /// It authenticates nobody, and so nothing is revoked.
    case nothing

    package enum Trigger: Sendable, Hashable {
        /// The revocation waits for nothing.
        case atOnce
        /// All devices that present it have proved another certificate.
        case replacementProven
        /// No replacement was confirmed by the deadline.
        case deadlinePassed(Timestamp)
    }

    /// - Parameters:
    ///   - status: of the certificate; one that is REVOKED is not asked about.
    ///   - deadline: when it goes although its replacement is not confirmed; nil where it waits however long that takes.
    ///   - isReplacementProven: whether all devices that present it have proved another certificate.
    package init(
        mode: RevocationMode, deadline: Timestamp?, status: CertificateStatus, notAfter: Timestamp,
        isReplacementProven: Bool, at now: Timestamp
    ) {
        guard status == .active else {
            // It lets nobody in, but may be activated: that is over when it has expired.
            self = now > notAfter ? .nothing : .revoke(.atOnce)
            return
        }
        switch mode {
        case .revokeNow: self = .revoke(.atOnce)
        case .replaceThenRevoke:
            if isReplacementProven {
                self = .revoke(.replacementProven)
            } else if let deadline, now >= deadline {
                self = .revoke(.deadlinePassed(deadline))
            } else {
                self = .replaceFirst
            }
        }
    }
}
