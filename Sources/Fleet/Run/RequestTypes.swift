public import RotationModel

/// What shows that a CSR comes from the device that it is named after.
public enum RequestProof: String, Sendable, CaseIterable {
    /// Nothing: whoever could write the inbox may have made it.
    case none
    /// The key of the device's current certificate signed it.
    case signature

    public var isProof: Bool { self != .none }
}

/// A signed request that was taken: what tells a replay of it, and what came before it.
public struct SignedRequestMark: Sendable, Equatable {
    /// What the device said: its clock's.
    public let time: Timestamp
    /// SHA-256 of the file.
    public let digest: SHA256Digest

    public init(time: Timestamp, digest: SHA256Digest) {
        self.time = time
        self.digest = digest
    }
}

/// A CSR that passed every check.
public struct TakenRequest: Sendable {
    public var deviceRow: Int64
    public var device: DeviceID
    /// The SubjectPublicKeyInfo, in DER, as it stands in the CSR.
    public var spki: [UInt8]
    public var keyFingerprint: KeyFingerprint
    /// What the key is, however it is written.
    public var keyIdentity: KeyIdentity
    public var algorithm: KeyAlgorithm
    /// The whole CSR, in DER; empty where nobody will want to see it.
    public var csr: [UInt8]
    /// Set where the device signed it.
    public var signed: SignedRequestMark?

    public var proof: RequestProof { signed == nil ? .none : .signature }

    public init(
        deviceRow: Int64, device: DeviceID, spki: [UInt8], keyFingerprint: KeyFingerprint, keyIdentity: KeyIdentity,
        algorithm: KeyAlgorithm, csr: [UInt8] = [], signed: SignedRequestMark? = nil
    ) {
        self.deviceRow = deviceRow
        self.device = device
        self.spki = spki
        self.keyFingerprint = keyFingerprint
        self.keyIdentity = keyIdentity
        self.algorithm = algorithm
        self.csr = csr
        self.signed = signed
    }
}

/// A CSR or a confirmation that was not taken.
public struct RefusedFile: Sendable {
    /// Nil where no device of the inventory could be told from it.
    public var deviceRow: Int64?
    public var device: DeviceID?
    /// The name of the file in the inbox.
    public var file: String
    public var reason: String
    /// Whether the device's next manifest is to say so. Not where another file of the device was taken.
    public var isTold: Bool

    public init(deviceRow: Int64?, device: DeviceID?, file: String, reason: String, isTold: Bool = true) {
        self.deviceRow = deviceRow
        self.device = device
        self.file = file
        self.reason = reason
        self.isTold = isTold
    }
}

/// A CSR that was taken earlier and is not to be answered after all.
public struct WithdrawnRequest: Sendable, Equatable {
    public let deviceRow: Int64
    public let device: DeviceID
    public let keyIdentity: KeyIdentity
    public let proof: RequestProof
    /// For the device's next manifest, as in ``RefusedFile/reason``.
    public let reason: String

    public init(deviceRow: Int64, device: DeviceID, keyIdentity: KeyIdentity, proof: RequestProof, reason: String) {
        self.deviceRow = deviceRow
        self.device = device
        self.keyIdentity = keyIdentity
        self.proof = proof
        self.reason = reason
    }
}

/// A key whose private half was in a file of the inbox: it is certified for nobody any more.
public struct ExposedKey: Sendable, Equatable {
    public let publicKey: KeyReference
    /// For whom alone it is refused, where it is not known that the private half was this key's; nil for everybody.
    public let deviceRow: Int64?
    /// In whose name the file came.
    public let device: DeviceID?

    public init(publicKey: KeyReference, deviceRow: Int64?, device: DeviceID?) {
        self.publicKey = publicKey
        self.deviceRow = deviceRow
        self.device = device
    }
}

/// All that came of a part of the inbox.
public struct RequestIntake: Sendable {
    public var taken: [TakenRequest] = []
    public var refused: [RefusedFile] = []
    /// Done before the others.
    public var withdrawn: [WithdrawnRequest] = []
    /// CSRs, none of them proved, that differ in their key from another of their device: kept until the device signs one.
    public var conflicting: [TakenRequest] = []
    public var exposed: [ExposedKey] = []

    public init(withdrawn: [WithdrawnRequest] = []) { self.withdrawn = withdrawn }

    public var isEmpty: Bool {
        taken.isEmpty && refused.isEmpty && withdrawn.isEmpty && conflicting.isEmpty && exposed.isEmpty
    }
}

/// A CSR that could not be taken after all: another device had its key by the time it was to be recorded.
public struct RequestConflict: Sendable, Equatable {
    /// In the order given.
    public let index: Int
    public let holder: DeviceID
}
