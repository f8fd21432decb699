import RotationModel

/// Where a new certificate's key comes from.
public enum KeySource: String, Sendable {
    /// The CSR that waits.
    case request
    /// The certificate that is replaced: policy lets its key stay.
    case currentKey = "current-key"
}

/// What is to be issued to a device.
public struct ReservationOrder: Sendable {
    public var deviceRow: Int64
    public var device: DeviceID
    /// The certificate to replace, by its row.
    public var oldCertificate: Int64
    /// Never used before, and never again.
    public var serial: SerialNumber
    public var cause: Cause
    public var profile: String
    public var authority: String
    public var keySource: KeySource
    /// Whether a replacement that the device has not confirmed is given up for this one.
    public var supersedes: Bool
    /// The revocation order that causes the rotation.
    public var revocation: Int64?

    public init(
        deviceRow: Int64, device: DeviceID, oldCertificate: Int64, serial: SerialNumber, cause: Cause, profile: String,
        authority: String,
        keySource: KeySource, supersedes: Bool = false, revocation: Int64? = nil
    ) {
        self.deviceRow = deviceRow
        self.device = device
        self.oldCertificate = oldCertificate
        self.serial = serial
        self.cause = cause
        self.profile = profile
        self.authority = authority
        self.keySource = keySource
        self.supersedes = supersedes
        self.revocation = revocation
    }
}

/// A serial number that is set aside for one rotation, and what to certify under it.
public struct Reservation: Sendable {
    public let row: Int64
    public let rotation: Int64
    /// The order's place among those given.
    public let index: Int
    public let order: ReservationOrder
    public let account: AccountID
    /// The certificate that is replaced.
    public let replaces: ReplacedCertificate
    /// The SubjectPublicKeyInfo to certify, in DER; empty where the key comes from ``currentCertificate``.
    public let spki: [UInt8]
    public let keyFingerprint: KeyFingerprint
    /// The CSR that the key comes from, in DER; empty where it comes from ``currentCertificate``, or was not kept.
    public let csr: [UInt8]
    /// The certificate that is replaced, in DER, where its key is to be certified again; otherwise empty.
    public let currentCertificate: [UInt8]
}

/// The certificate that a manifest replaces.
public struct ReplacedCertificate: Sendable, Equatable {
    public let fingerprint: Fingerprint
    public let notAfter: Timestamp
}

/// An order that was not reserved, and why.
public struct SkippedOrder: Sendable, Equatable {
    /// In the order given.
    public let index: Int
    public let why: String
}

/// What the manifest that brings a new certificate says beyond what the inventory knows.
public struct ManifestDraft: Sendable {
    public var expires: Timestamp

    public init(expires: Timestamp) { self.expires = expires }
}

/// A certificate that was signed under a reservation.
public struct IssuedOrder: Sendable {
    /// Whose choice its serial number is.
    public enum SerialChoice: Sendable {
        /// The reserved one and no other.
        case reserved
        /// An external issuer has numbers of its own. A reserved one that it did not take is given up.
        case issuer
    }

    public var reservation: Reservation
    public var serialChoice: SerialChoice
    public var columns: CertificateColumns
    public var manifest: ManifestDraft

    public init(
        reservation: Reservation, columns: CertificateColumns, manifest: ManifestDraft,
        serialChoice: SerialChoice = .reserved
    ) {
        self.reservation = reservation
        self.serialChoice = serialChoice
        self.columns = columns
        self.manifest = manifest
    }
}
