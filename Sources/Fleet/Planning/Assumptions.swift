import Lifecycle
import RotationModel

// What a forecast supposes: certificates, rotations and CSRs that the inventory does not have. Nothing of it is ever stored.

extension PlanningCertificate {
    /// A certificate that is supposed to be issued, `PENDING_ACTIVATION` until it is confirmed.
    ///
    /// - Parameter row: of its own; below zero, where the inventory has none.
    package init(
        supposed row: Int64, fingerprint: Fingerprint, notBefore: Timestamp, notAfter: Timestamp, key: KeyAlgorithm,
        keyIdentity: KeyIdentity, signature: SignatureAlgorithm, issuer: Int64
    ) {
        self.init(
            row: row, fingerprint: fingerprint, notBefore: notBefore, notAfter: notAfter, key: key, keyWeakness: nil,
            keyIdentity: keyIdentity, signature: signature, isSignatureWeak: false, issuer: issuer,
            status: .pendingActivation, confirmedAt: nil, isReplaced: false)
    }
}

extension PlanningDevice {
    /// Makes this CSR wait, or none, and nothing refused.
    package mutating func suppose(request: WaitingRequest?) {
        self.request = request
        (refused, toldRefusal) = (nil, nil)
    }

    /// Begins to replace a certificate, or goes on where that has begun.
    ///
    /// - Parameter row: of the rotation, where it is a new one; below zero, where the inventory has none.
    package mutating func suppose(replacing certificate: Int64, for reason: Reason, row: Int64, at: Timestamp) {
        let original = Rotation.Certificate(certificate)
        if rotation?.rotation.isContinued(byReplacing: original) == true {
            rotation?.reason = reason
            return
        }
        suppose(.superseded, at: at)
        rotation = OpenRotation(
            row: row, rotation: Rotation(of: original, stage: .awaitingCSR), reason: reason, issuedAt: nil,
            deliveredAt: nil, confirmedAt: nil, revocation: nil)
    }
}
