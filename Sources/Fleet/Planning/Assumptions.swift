public import RotationModel

// What a forecast supposes: certificates, rotations and CSRs that the inventory does not have. Nothing of it is ever stored.

extension PlanningCertificate {
    /// A certificate that is supposed to be issued, `PENDING_ACTIVATION` until it is confirmed.
    ///
    /// - Parameter row: of its own; below zero, where the inventory has none.
    public init(
        supposed row: Int64, fingerprint: Fingerprint, notBefore: Timestamp, notAfter: Timestamp, key: KeyAlgorithm,
        keyIdentity: KeyIdentity, signature: SignatureAlgorithm, issuer: Int64
    ) {
        self.init(
            row: row, fingerprint: fingerprint, notBefore: notBefore, notAfter: notAfter, key: key, keyWeakness: nil,
            keyIdentity: keyIdentity, signature: signature, isSignatureWeak: false, issuer: issuer,
            status: .pendingActivation, confirmedAt: nil, isReplaced: false)
    }
}

extension OpenRotation {
    /// A rotation that is supposed to be opened.
    public init(
        supposed row: Int64, state: RotationState, reason: Reason, oldCertificate: Int64, newCertificate: Int64?,
        at: Timestamp
    ) {
        self.init(
            row: row, state: state, reason: reason, oldCertificate: oldCertificate, newCertificate: newCertificate,
            issuedAt: newCertificate == nil ? nil : at, deliveredAt: newCertificate == nil ? nil : at,
            confirmedAt: nil, revocation: nil)
    }
}

extension PlanningDevice {
    /// Makes this CSR wait, or none, and nothing refused.
    public mutating func suppose(request: WaitingRequest?) {
        self.request = request
        (refused, toldRefusal) = (nil, nil)
    }
}

extension PlanningSnapshot {
    /// The row of an issuer's name; one below zero, good for this snapshot alone, where the inventory has no certificate by it.
    public func supposedIssuer(_ name: String) throws(RotationError) -> Int64 {
        if let known = try issuerNames().first(where: { $0.name == name }) { return known.row }
        return lexicon.suppose(issuer: name)
    }
}
