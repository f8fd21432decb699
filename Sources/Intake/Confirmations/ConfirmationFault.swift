package typealias ConfirmationRefusal = InboxRefusal<ConfirmationFault>

/// What is wrong with a confirmation: the attack or the mistake that it would be.
package enum ConfirmationFault: String, CaseIterable, StatementFault {
    case fileName = "file-name"
    case unreadable
    /// Not the device's fault: the file stays where it is.
    case inaccessible
    case malformed
    /// There is a private key in the file, which is burnt by that.
    case privateKeyIncluded = "private-key-included"
    /// `crit` names extensions that are not known here (RFC 7515, 4.1.11).
    case criticalHeader = "critical-header"
    /// `none`, a MAC, or an algorithm that is not one for the new certificate's key (RFC 8725, 3.1).
    case algorithm
    /// `typ` is not `rotation-ack`.
    case wrongType = "wrong-type"
    case unknownDevice = "unknown-device"
    /// The payload names another device than the file.
    case wrongDevice = "wrong-device"
    /// The device has no replacement that it could confirm.
    case nothingToConfirm = "nothing-to-confirm"
    /// It names another certificate than the one that was handed out.
    case wrongCertificate = "wrong-certificate"
    case wrongSequence = "wrong-sequence"
    /// The replacement was confirmed before.
    case replayed
    /// The signature is by another key than the new certificate's.
    case foreignKey = "foreign-key"
    /// The signature is by the key that is being replaced.
    case oldKey = "old-key"
    case futureTime = "future-time"
    /// Made before the manifest that brought the certificate was issued.
    case oldTime = "old-time"
    /// The replacement is no longer one that may become ACTIVE.
    case certificateRevoked = "certificate-revoked"
    case certificateExpired = "certificate-expired"
}
