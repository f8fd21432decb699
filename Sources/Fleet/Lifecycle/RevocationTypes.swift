import RotationModel

/// Who ordered a revocation.
package enum RevocationKind: String, Sendable {
    /// A rule of a policy file.
    case policy
    /// The `revoke` command.
    case manual
}

/// A revocation order that is to be recorded.
package struct RevocationOrderDraft: Sendable {
    /// Unique among all orders that there ever were.
    package var name: String
    package var kind: RevocationKind
    package var reason: RevocationReason
    package var mode: RevocationMode
    /// From when it is recorded; nil where the old certificate may wait for its replacement for ever.
    package var deadline: TimeSpan?
    package var note: String?
    /// The certificates that it names, by their rows.
    package var seeds: [Int64]
    /// The keys that it names: no certificate is issued for them any more.
    package var refusedKeys: [KeyReference]

    package init(
        name: String, kind: RevocationKind, reason: RevocationReason, mode: RevocationMode, deadline: TimeSpan? = nil,
        note: String? = nil, seeds: [Int64] = [], refusedKeys: [KeyReference] = []
    ) {
        self.name = name
        self.kind = kind
        self.reason = reason
        self.mode = mode
        self.deadline = deadline
        self.note = note
        self.seeds = seeds
        self.refusedKeys = refusedKeys
    }
}

/// A revocation order, as it is recorded.
package struct RevocationOrder: Sendable, Equatable {
    package let id: Int64
    package let name: String
    package let kind: RevocationKind
    package let reason: RevocationReason
    package let mode: RevocationMode
    /// From ``recordedAt``.
    package let deadline: TimeSpan?
    package let recordedAt: Timestamp
    package let actor: String
    package let note: String?
    /// The run that recorded it; nil for the `revoke` command.
    package let run: RunID?
    /// Since when it is no longer in force.
    package let withdrawnAt: Timestamp?
    package let withdrawnBy: String?
    /// The certificates that it names, by their rows, in ascending order. A rule of a policy has none: it selects.
    package let seeds: [Int64]
}

/// A certificate that is revoked now.
package struct RevokeOrder: Sendable {
    package var certificateRow: Int64
    package var fingerprint: Fingerprint
    package var device: DeviceID
    /// The revocation order, by ``RevocationOrder/id``.
    package var order: Int64
    package var reach: RevocationReach
    /// What the CRL says.
    package var reason: RevocationReason
    /// What the audit and the device's manifest say.
    package var cause: Cause
    /// When a manifest that takes an offer back expires.
    package var manifestExpires: Timestamp

    package init(
        certificateRow: Int64, fingerprint: Fingerprint, device: DeviceID, order: Int64, reach: RevocationReach,
        reason: RevocationReason, cause: Cause, manifestExpires: Timestamp
    ) {
        self.certificateRow = certificateRow
        self.fingerprint = fingerprint
        self.device = device
        self.order = order
        self.reach = reach
        self.reason = reason
        self.cause = cause
        self.manifestExpires = manifestExpires
    }
}

/// A certificate of any status, as far as revocation needs it.
package struct RevocableCertificate: Sendable, Equatable {
    package let row: Int64
    package let deviceRow: Int64
    package let device: DeviceID
    /// By its row: see ``PlanningSnapshot/accountName(_:)``.
    package let account: Int64
    /// By its row: see ``PlanningSnapshot/labels(ofSet:)``.
    package let labelSet: Int64
    package let fingerprint: Fingerprint
    package let serialNumber: SerialNumber
    /// By its row: see ``PlanningSnapshot/issuerName(_:)``.
    package let issuer: Int64
    package let notBefore: Timestamp
    package let notAfter: Timestamp
    package let key: KeyAlgorithm
    package let publicKey: KeyReference
    package let signature: SignatureAlgorithm
    package let status: CertificateStatus
    /// The certificate that this one renews, by its row.
    package let parent: Int64?
    /// The revocation order that caused the rotation that issued it.
    package let causedBy: Int64?
    /// When its device proved that it holds the key.
    package let confirmedAt: Timestamp?
    /// When the replacement of it was confirmed.
    package let replacedAt: Timestamp?
}
