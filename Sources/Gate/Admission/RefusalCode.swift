/// Why a device is not let in: stable words, for devices' developers, logs and metrics.
package enum RefusalCode: String, Sendable, CaseIterable {
    case noCertificate = "no-certificate"
    case unknown
    case sharedCertificate = "shared-certificate"
    case wrongAccount = "wrong-account"
    case inactive
    case revoked
    case pendingTransfer = "pending-transfer"
    case registerInactive = "register-inactive"
    case pendingActivation = "pending-activation"
    case refusedKey = "refused-key"
    case weakKey = "weak-key"
    case notYetValid = "not-yet-valid"
    case expired

    /// The HTTP status that goes with it.
    package var status: Int { self == .noCertificate ? 401 : 403 }
}
