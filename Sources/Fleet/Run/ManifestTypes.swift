import RotationModel

/// A device that is to be asked for a CSR.
public struct RekeyOrder: Sendable {
    public var deviceRow: Int64
    public var device: DeviceID
    /// The certificate to replace, by its row.
    public var oldCertificate: Int64
    public var cause: Cause
    /// The keys that the profile takes, as policies write them.
    public var keys: [String]
    /// The subject that the certificate will have.
    public var subject: String
    /// Why the last CSR was not taken.
    public var refused: String?
    /// When the manifest that asks expires.
    public var expires: Timestamp
    /// Whether a replacement that the device has not confirmed is given up for this one.
    public var supersedes: Bool
    /// The revocation order that causes the rotation.
    public var revocation: Int64?

    public init(
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
public struct RetireOrder: Sendable {
    public var certificateRow: Int64
    public var fingerprint: Fingerprint
    public var device: DeviceID
    public var cause: Cause

    public init(
        certificateRow: Int64, fingerprint: Fingerprint, device: DeviceID, cause: Cause
    ) {
        self.certificateRow = certificateRow
        self.fingerprint = fingerprint
        self.device = device
        self.cause = cause
    }
}

/// All that a device's manifest says, so that it can be written again byte for byte.
public struct ManifestRecord: Sendable, Equatable {
    public enum Action: String, Sendable { case install, rekey, none }

    public let deviceRow: Int64
    public let device: DeviceID
    public let account: AccountID
    /// Grows by one with each manifest of the device.
    public let sequence: Int
    public let action: Action
    public let reason: Reason
    /// The run that wrote it.
    public let run: String
    public let issued: Timestamp
    public let expires: Timestamp
    /// For `install`: the new certificate.
    public let certificateDER: [UInt8]?
    /// For `install`: the authority that signed it, by its name in rotation.yaml.
    public let authority: String?
    public let replaces: ReplacedCertificate?
    /// For `rekey`: the keys to choose from.
    public let requestKeys: [String]
    public let requestSubject: String?
    /// Why the last CSR was not taken.
    public let refused: String?
}
