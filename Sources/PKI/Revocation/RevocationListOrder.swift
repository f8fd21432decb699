import RotationModel

/// One revoked certificate, as a CRL names it (RFC 5280, 5.1.2.6).
package struct RevokedEntry: Sendable, Hashable {
    package let serialNumber: SerialNumber
    package let revokedAt: Timestamp
    package let reason: RevocationReason

    package init(serialNumber: SerialNumber, revokedAt: Timestamp, reason: RevocationReason) {
        self.serialNumber = serialNumber
        self.revokedAt = revokedAt
        self.reason = reason
    }
}

/// What one CRL is to say.
package struct RevocationListOrder: Sendable {
    /// The CRL number (RFC 5280, 5.2.3). The caller answers for it: for one authority and one distribution point it only ever grows.
    package let number: UInt64
    package let thisUpdate: Timestamp
    /// After ``thisUpdate``.
    package let nextUpdate: Timestamp
    /// In any order. Of entries with one serial number the earliest counts.
    package let entries: [RevokedEntry]
    /// The URI of the shard that the list is, which becomes a critical IssuingDistributionPoint (RFC 5280, 5.2.5) for certificates
    /// that are no authority's. Nil: the list is complete and has no such extension.
    package let distributionPoint: String?

    package init(
        number: UInt64, thisUpdate: Timestamp, nextUpdate: Timestamp, entries: [RevokedEntry],
        distributionPoint: String? = nil
    ) {
        self.number = number
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.entries = entries
        self.distributionPoint = distributionPoint
    }
}
