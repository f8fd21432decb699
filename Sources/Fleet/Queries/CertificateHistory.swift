import RotationModel

/// Where a certificate comes from, and what became of it.
package struct CertificateHistory: Sendable, Equatable {
    /// The certificate that it was issued to replace. Nil for an imported one.
    package let parent: Fingerprint?
    /// When its device proved that it holds the key.
    package let confirmedAt: Timestamp?
    /// When the replacement of it was confirmed.
    package let replacedAt: Timestamp?
    package let revocation: RevocationStory?

    package init(parent: Fingerprint?, confirmedAt: Timestamp?, replacedAt: Timestamp?, revocation: RevocationStory?) {
        self.parent = parent
        self.confirmedAt = confirmedAt
        self.replacedAt = replacedAt
        self.revocation = revocation
    }
}

/// Why a certificate is REVOKED, and who wanted it so.
package struct RevocationStory: Sendable, Equatable {
    package let reason: RevocationReason
    package let revokedAt: Timestamp
    /// The revocation order's name. Nil where the certificate came in REVOKED by import, as are all that follow.
    package let order: String?
    package let reach: RevocationReach?
    /// Who gave the order.
    package let actor: String?
    /// The run that carried it out.
    package let run: RunID?
    /// What was noted with the order.
    package let note: String?
    /// Whether it came in by import and waits for a run, which puts it on the authority's CRL.
    package internal(set) var isPending = false

    package init(
        reason: RevocationReason, revokedAt: Timestamp, order: String?, reach: RevocationReach?, actor: String?,
        run: RunID?, note: String?
    ) {
        self.reason = reason
        self.revokedAt = revokedAt
        self.order = order
        self.reach = reach
        self.actor = actor
        self.run = run
        self.note = note
    }
}
