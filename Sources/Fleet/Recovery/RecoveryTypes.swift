import RotationModel

/// A device's manifest as it was published, verified, and newer than what the inventory has.
package struct PublishedManifest: Sendable {
    package let device: DeviceID
    package let sequence: Int
    package let issued: Timestamp
    package let expires: Timestamp
    package let reason: Reason
    /// The certificate that it replaces; nil where it names none.
    package let replaces: Fingerprint?
    package let action: Action

    package enum Action: Sendable {
        /// Hands out a certificate that one of the job's authorities signed, named as rotation.yaml names it.
        case install(CertificateColumns, authority: String)
        /// Asks for a CSR with one of the keys, for a subject.
        case rekey(keys: [String], subject: String, refused: String?)
        case none
    }

    package init(
        device: DeviceID, sequence: Int, issued: Timestamp, expires: Timestamp, reason: Reason, replaces: Fingerprint?,
        action: Action
    ) {
        self.device = device
        self.sequence = sequence
        self.issued = issued
        self.expires = expires
        self.reason = reason
        self.replaces = replaces
        self.action = action
    }
}

/// What the inventory made of a manifest that was newer than it.
package enum RecoveredManifest: Sendable, Equatable {
    /// The certificate that it hands out is recorded, and waits for its device's proof.
    case certificate
    /// The inventory had that certificate; its manifest is published again.
    case known
    /// The device is asked for its CSR again.
    case asked
    /// Only its sequence is kept: the next manifest has a greater one.
    case sequence
    /// As ``sequence``: the certificate that it hands out replaces one that the inventory does not have, or belongs to a device that it has in
    /// another way.
    case unplaced
}

/// An entry of a published CRL.
package struct PublishedRevocation: Sendable, Hashable {
    package let serialNumber: SerialNumber
    package let revokedAt: Timestamp
    package let reason: RevocationReason

    package init(serialNumber: SerialNumber, revokedAt: Timestamp, reason: RevocationReason) {
        (self.serialNumber, self.revokedAt, self.reason) = (serialNumber, revokedAt, reason)
    }
}

/// What the inventory made of a CRL's entries.
package struct RecoveredEntries: Sendable, Equatable {
    /// Certificates that were not revoked before.
    package var revoked = 0
    /// Certificates that were, with another date or reason.
    package var corrected = 0
    /// Keys that are refused from now on.
    package var refusedKeys = 0
    /// Serial numbers of no certificate that the inventory has. They stay on the CRL.
    package var unknown = 0

    package init() {}
}

/// A time that an older inventory was brought forward.
package struct Recovery: Sendable, Equatable {
    /// The audit's last entry that was restored: what came after it, before the recovery, is lost.
    package let entry: Int64
    /// The last one that was published; nil where it is not known.
    package let lostEntry: Int64?

    package init(entry: Int64, lostEntry: Int64?) { (self.entry, self.lostEntry) = (entry, lostEntry) }
}

/// What the inventory's own records say of a device's manifest.
package struct RecordedManifest: Sendable, Equatable {
    package let deviceRow: Int64
    /// The greatest that is known, of a record or not; 0 for none.
    package let sequence: Int
    /// Nil where there is no record.
    package let issued: Timestamp?
}
