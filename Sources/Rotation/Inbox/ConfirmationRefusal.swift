import RotationModel

/// Why a confirmation is not taken: the attack or the mistake that it would be.
struct ConfirmationRefusal: Error, CustomStringConvertible {
    /// Stable names: they stand in `NAME.reason.json`, in the audit and in the device's next manifest.
    enum Code: String, CaseIterable {
        case fileName = "file-name"
        case unreadable
        /// Not the device's fault: the file stays where it is.
        case inaccessible
        case malformed
        /// `crit` names extensions that are not known here (RFC 7515, 4.1.11).
        case criticalHeader = "critical-header"
        /// `none`, a MAC, or an algorithm that is not one for the new certificate's key (RFC 8725, 3.1).
        case algorithm
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
        /// The replacement is no longer one that may become ACTIVE.
        case certificateRevoked = "certificate-revoked"
        case certificateExpired = "certificate-expired"
    }

    let code: Code
    /// A sentence for the device's developer.
    let text: String

    /// As the device's next manifest says it.
    var description: String { "\(code.rawValue): \(text)" }

    init(_ code: Code, _ text: String) {
        self.code = code
        self.text = text
    }

    init(_ code: Code, _ error: RotationError) {
        self.init(code, error.description)
    }
}
