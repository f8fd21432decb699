/// What the registry says of a certificate, by AWS IoT's names. Only `ACTIVE` authenticates.
package enum CertificateStatus: String, Sendable, CaseIterable {
    case active = "ACTIVE"
    case inactive = "INACTIVE"
    case revoked = "REVOKED"
    case pendingTransfer = "PENDING_TRANSFER"
    case registerInactive = "REGISTER_INACTIVE"
    case pendingActivation = "PENDING_ACTIVATION"
}
