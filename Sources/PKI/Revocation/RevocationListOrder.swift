import RotationModel

/// One revoked certificate, as a CRL names it (RFC 5280, 5.1.2.6).
public struct RevokedEntry: Sendable, Hashable {
    public let serialNumber: SerialNumber
    public let revokedAt: Timestamp
    public let reason: RevocationReason

    public init(serialNumber: SerialNumber, revokedAt: Timestamp, reason: RevocationReason) {
        self.serialNumber = serialNumber
        self.revokedAt = revokedAt
        self.reason = reason
    }
}

/// What one CRL is to say.
public struct RevocationListOrder: Sendable {
    /// The CRL number (RFC 5280, 5.2.3). The caller answers for it: for one authority and one distribution point it only ever grows.
    public let number: UInt64
    public let thisUpdate: Timestamp
    /// After ``thisUpdate``.
    public let nextUpdate: Timestamp
    /// In any order. Of entries with one serial number the earliest counts.
    public let entries: [RevokedEntry]
    /// The URI of the shard that the list is, which becomes a critical IssuingDistributionPoint (RFC 5280, 5.2.5) for certificates
    /// that are no authority's. Nil: the list is complete and has no such extension.
    public let distributionPoint: String?

    public init(
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
