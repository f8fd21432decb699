import RotationModel

/// Who ordered a revocation.
public enum RevocationKind: String, Sendable {
    /// A rule of a policy file.
    case policy
    /// The `revoke` command.
    case manual
}

/// A revocation order that is to be recorded.
public struct RevocationOrderDraft: Sendable {
    /// Unique among all orders that there ever were.
    public var name: String
    public var kind: RevocationKind
    public var reason: RevocationReason
    public var mode: RevocationMode
    /// From when it is recorded; nil where the old certificate may wait for its replacement for ever.
    public var deadline: TimeSpan?
    /// Who ordered it.
    public var actor: String
    public var note: String?
    /// The certificates that it names, by their rows.
    public var seeds: [Int64]
    /// The keys that it names: no certificate is issued for them any more.
    public var refusedKeys: [KeyReference]

    public init(
        name: String, kind: RevocationKind, reason: RevocationReason, mode: RevocationMode, deadline: TimeSpan? = nil,
        actor: String, note: String? = nil, seeds: [Int64] = [], refusedKeys: [KeyReference] = []
    ) {
        self.name = name
        self.kind = kind
        self.reason = reason
        self.mode = mode
        self.deadline = deadline
        self.actor = actor
        self.note = note
        self.seeds = seeds
        self.refusedKeys = refusedKeys
    }
}

/// A revocation order, as it is recorded.
public struct RevocationOrder: Sendable, Equatable {
    public let id: Int64
    public let name: String
    public let kind: RevocationKind
    public let reason: RevocationReason
    public let mode: RevocationMode
    /// From ``recordedAt``.
    public let deadline: TimeSpan?
    public let recordedAt: Timestamp
    public let actor: String
    public let note: String?
    /// The run that recorded it; nil for the `revoke` command.
    public let run: String?
    /// Since when it is no longer in force.
    public let withdrawnAt: Timestamp?
    public let withdrawnBy: String?
    /// The certificates that it names, by their rows, in ascending order. A rule of a policy has none: it selects.
    public let seeds: [Int64]
}

/// A certificate that is revoked now.
public struct RevokeOrder: Sendable {
    public var certificateRow: Int64
    public var fingerprint: Fingerprint
    public var device: DeviceID
    /// The revocation order, by ``RevocationOrder/id``.
    public var order: Int64
    public var reach: RevocationReach
    /// What the CRL says.
    public var reason: RevocationReason
    /// What the audit and the device's manifest say.
    public var cause: Cause
    /// When a manifest that takes an offer back expires.
    public var manifestExpires: Timestamp

    public init(
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
public struct RevocableCertificate: Sendable, Equatable {
    public let row: Int64
    public let deviceRow: Int64
    public let device: DeviceID
    /// By its row: see ``PlanningSnapshot/accountName(_:)``.
    public let account: Int64
    /// By its row: see ``PlanningSnapshot/labels(ofSet:)``.
    public let labelSet: Int64
    public let fingerprint: Fingerprint
    public let serialNumber: SerialNumber
    /// By its row: see ``PlanningSnapshot/issuerName(_:)``.
    public let issuer: Int64
    public let notBefore: Timestamp
    public let notAfter: Timestamp
    public let key: KeyAlgorithm
    public let publicKey: KeyReference
    public let signature: SignatureAlgorithm
    public let status: CertificateStatus
    /// The certificate that this one renews, by its row.
    public let parent: Int64?
    /// The revocation order that caused the rotation that issued it.
    public let causedBy: Int64?
    /// When its device proved that it holds the key.
    public let confirmedAt: Timestamp?
    /// When the replacement of it was confirmed.
    public let replacedAt: Timestamp?
}
