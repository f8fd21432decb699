import RotationModel

/// What shows that a CSR comes from the device that it is named after.
package enum RequestProof: String, Sendable, CaseIterable {
    /// Nothing: whoever could write the inbox may have made it.
    case none
    /// The key of the device's current certificate signed it.
    case signature
    /// The gate had authenticated the device by TLS, with its current certificate, when it handed the CSR in.
    case session

    package var isProof: Bool { self != .none }
}

/// A signed request that was taken: what tells a replay of it, and what came before it.
package struct SignedRequestMark: Sendable, Equatable {
    /// What the device said: its clock's.
    package let time: Timestamp
    /// SHA-256 of the file.
    package let digest: SHA256Digest

    package init(time: Timestamp, digest: SHA256Digest) {
        self.time = time
        self.digest = digest
    }
}

/// The session at the gate in which a CSR was handed in.
package struct GateSession: Sendable, Equatable {
    /// The certificate that authenticated.
    package let certificate: Fingerprint
    /// When it was handed in, by the gate's clock; not later than when it was taken in.
    package let at: Timestamp
    /// The submission's name, by which it is known when it is read a second time.
    package let submission: String

    package init(certificate: Fingerprint, at: Timestamp, submission: String) {
        (self.certificate, self.at, self.submission) = (certificate, at, submission)
    }
}

/// A CSR that passed every check.
package struct TakenRequest: Sendable {
    package var deviceRow: Int64
    package var device: DeviceID
    /// The SubjectPublicKeyInfo, in DER, as it stands in the CSR.
    package var spki: [UInt8]
    package var keyFingerprint: KeyFingerprint
    /// What the key is, however it is written.
    package var keyIdentity: KeyIdentity
    package var algorithm: KeyAlgorithm
    /// The whole CSR, in DER; empty where nobody will want to see it.
    package var csr: [UInt8]
    /// Set where the device signed it.
    package var signed: SignedRequestMark?
    /// Set where it came through the gate.
    package var session: GateSession?

    package var proof: RequestProof {
        if signed != nil { return .signature }
        return session == nil ? .none : .session
    }

    /// When its device made it, where that is known.
    package var time: Timestamp? { signed?.time ?? session?.at }

    package init(
        deviceRow: Int64, device: DeviceID, spki: [UInt8], keyFingerprint: KeyFingerprint, keyIdentity: KeyIdentity,
        algorithm: KeyAlgorithm, csr: [UInt8] = [], signed: SignedRequestMark? = nil, session: GateSession? = nil
    ) {
        self.deviceRow = deviceRow
        self.device = device
        self.spki = spki
        self.keyFingerprint = keyFingerprint
        self.keyIdentity = keyIdentity
        self.algorithm = algorithm
        self.csr = csr
        self.signed = signed
        self.session = session
    }
}

/// A CSR or a confirmation that was not taken.
package struct RefusedFile: Sendable {
    /// Nil where no device of the inventory could be told from it.
    package var deviceRow: Int64?
    package var device: DeviceID?
    /// The name of the file in the inbox.
    package var file: String
    package var reason: String
    /// Whether the device's next manifest is to say so. Not where another file of the device was taken.
    package var isTold: Bool
    /// Names the very file: what is refused twice, since a run died or the inbox cannot be written, is recorded once. Nil: every time.
    package var mark: String?

    package init(
        deviceRow: Int64?, device: DeviceID?, file: String, reason: String, isTold: Bool = true, mark: String? = nil
    ) {
        self.deviceRow = deviceRow
        self.device = device
        self.file = file
        self.reason = reason
        self.isTold = isTold
        self.mark = mark
    }
}

/// A CSR that was taken earlier and is not to be answered after all.
package struct WithdrawnRequest: Sendable, Equatable {
    package let deviceRow: Int64
    package let device: DeviceID
    package let keyIdentity: KeyIdentity
    package let proof: RequestProof
    /// For the device's next manifest, as in ``RefusedFile/reason``.
    package let reason: String

    package init(deviceRow: Int64, device: DeviceID, keyIdentity: KeyIdentity, proof: RequestProof, reason: String) {
        self.deviceRow = deviceRow
        self.device = device
        self.keyIdentity = keyIdentity
        self.proof = proof
        self.reason = reason
    }
}

/// A key whose private half was in a file of the inbox: it is certified for nobody any more.
package struct ExposedKey: Sendable, Equatable {
    package let publicKey: KeyReference
    /// For whom alone it is refused, where it is not known that the private half was this key's; nil for everybody.
    package let deviceRow: Int64?
    /// In whose name the file came.
    package let device: DeviceID?

    package init(publicKey: KeyReference, deviceRow: Int64?, device: DeviceID?) {
        self.publicKey = publicKey
        self.deviceRow = deviceRow
        self.device = device
    }
}

/// All that came of a part of the inbox.
package struct RequestIntake: Sendable {
    package var taken: [TakenRequest] = []
    package var refused: [RefusedFile] = []
    /// Done before the others.
    package var withdrawn: [WithdrawnRequest] = []
    /// CSRs, none of them proved, that differ in their key from another of their device: kept until the device signs one.
    package var conflicting: [TakenRequest] = []
    package var exposed: [ExposedKey] = []

    package init(withdrawn: [WithdrawnRequest] = []) { self.withdrawn = withdrawn }

    package var isEmpty: Bool {
        taken.isEmpty && refused.isEmpty && withdrawn.isEmpty && conflicting.isEmpty && exposed.isEmpty
    }
}

/// A CSR that could not be taken after all: another device had its key by the time it was to be recorded.
package struct RequestConflict: Sendable, Equatable {
    /// In the order given.
    package let index: Int
    package let holder: DeviceID
}
