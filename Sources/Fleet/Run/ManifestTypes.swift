import RotationModel

/// A device that is to be asked for a CSR.
package struct RekeyOrder: Sendable {
    package var deviceRow: Int64
    package var device: DeviceID
    /// The certificate to replace, by its row.
    package var oldCertificate: Int64
    package var cause: Cause
    /// The keys that the profile takes, as policies write them.
    package var keys: [String]
    /// The subject that the certificate will have.
    package var subject: String
    /// Why the last CSR was not taken.
    package var refused: String?
    /// When the manifest that asks expires.
    package var expires: Timestamp
    /// Whether a replacement that the device has not confirmed is given up for this one.
    package var supersedes: Bool
    /// The revocation order that causes the rotation.
    package var revocation: Int64?

    package init(
        deviceRow: Int64, device: DeviceID, oldCertificate: Int64, cause: Cause, keys: [String], subject: String,
        refused: String?, expires: Timestamp,
        supersedes: Bool = false, revocation: Int64? = nil
    ) {
        self.deviceRow = deviceRow
        self.device = device
        self.oldCertificate = oldCertificate
        self.cause = cause
        self.keys = keys
        self.subject = subject
        self.refused = refused
        self.expires = expires
        self.supersedes = supersedes
        self.revocation = revocation
    }
}

/// A certificate that is no longer needed.
package struct RetireOrder: Sendable {
    package var certificateRow: Int64
    package var fingerprint: Fingerprint
    package var device: DeviceID
    package var cause: Cause

    package init(
        certificateRow: Int64, fingerprint: Fingerprint, device: DeviceID, cause: Cause
    ) {
        self.certificateRow = certificateRow
        self.fingerprint = fingerprint
        self.device = device
        self.cause = cause
    }
}

/// All that a device's manifest says, so that it can be written again byte for byte.
package struct ManifestRecord: Sendable, Equatable {
    package enum Action: String, Sendable { case install, rekey, none }

    package let deviceRow: Int64
    package let device: DeviceID
    package let account: AccountID
    /// Grows by one with each manifest of the device.
    package let sequence: Int
    package let action: Action
    package let reason: Reason
    /// The run that wrote it.
    package let run: RunID
    package let issued: Timestamp
    package let expires: Timestamp
    /// For `install`: the new certificate.
    package let certificateDER: [UInt8]?
    /// For `install`: the SHA-256 of the new certificate, as it was recorded when it was issued.
    package let certificate: Fingerprint?
    /// For `install`: the authority that signed it, by its name in rotation.yaml.
    package let authority: String?
    package let replaces: ReplacedCertificate?
    /// For `rekey`: the keys to choose from.
    package let requestKeys: [String]
    package let requestSubject: String?
    /// Why the last CSR was not taken.
    package let refused: String?
}
