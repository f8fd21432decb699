import RotationModel

/// Where a new certificate's key comes from.
package enum KeySource: String, Sendable {
    /// The CSR that waits.
    case request
    /// The certificate that is replaced: policy lets its key stay.
    case currentKey = "current-key"
}

/// What is to be issued to a device.
package struct ReservationOrder: Sendable {
    package var deviceRow: Int64
    package var device: DeviceID
    /// The certificate to replace, by its row.
    package var oldCertificate: Int64
    /// Never used before, and never again.
    package var serial: SerialNumber
    package var cause: Cause
    package var profile: String
    package var authority: String
    package var keySource: KeySource
    /// Whether a replacement that the device has not confirmed is given up for this one.
    package var supersedes: Bool
    /// The revocation order that causes the rotation.
    package var revocation: Int64?

    package init(
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
package struct Reservation: Sendable {
    package let row: Int64
    package let rotation: Int64
    /// The order's place among those given.
    package let index: Int
    package let order: ReservationOrder
    package let account: AccountID
    /// The certificate that is replaced.
    package let replaces: ReplacedCertificate
    /// The SubjectPublicKeyInfo to certify, in DER; empty where the key comes from ``currentCertificate``.
    package let spki: [UInt8]
    package let keyFingerprint: KeyFingerprint
    /// The CSR that the key comes from, in DER; empty where it comes from ``currentCertificate``, or was not kept.
    package let csr: [UInt8]
    /// The certificate that is replaced, in DER, where its key is to be certified again; otherwise empty.
    package let currentCertificate: [UInt8]
}

/// The certificate that a manifest replaces.
package struct ReplacedCertificate: Sendable, Equatable {
    package let fingerprint: Fingerprint
    package let notAfter: Timestamp
}

/// An order that was not reserved, and why.
package struct SkippedOrder: Sendable, Equatable {
    /// In the order given.
    package let index: Int
    package let why: String
}

/// What the manifest that brings a new certificate says beyond what the inventory knows.
package struct ManifestDraft: Sendable {
    package var expires: Timestamp

    package init(expires: Timestamp) { self.expires = expires }
}

/// A certificate that was signed under a reservation.
package struct IssuedOrder: Sendable {
    /// Whose choice its serial number is.
    package enum SerialChoice: Sendable {
        /// The reserved one and no other.
        case reserved
        /// An external issuer has numbers of its own. A reserved one that it did not take is given up.
        case issuer
    }

    package var reservation: Reservation
    package var serialChoice: SerialChoice
    package var columns: CertificateColumns
    package var manifest: ManifestDraft

    package init(
        reservation: Reservation, columns: CertificateColumns, manifest: ManifestDraft,
        serialChoice: SerialChoice = .reserved
    ) {
        self.reservation = reservation
        self.serialChoice = serialChoice
        self.columns = columns
        self.manifest = manifest
    }
}
