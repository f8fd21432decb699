import RotationModel

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

    public init(
        deviceRow: Int64, device: DeviceID, spki: [UInt8], keyFingerprint: KeyFingerprint, keyIdentity: KeyIdentity,
        algorithm: KeyAlgorithm, csr: [UInt8] = []
    ) {
        self.deviceRow = deviceRow
        self.device = device
        self.spki = spki
        self.keyFingerprint = keyFingerprint
        self.keyIdentity = keyIdentity
        self.algorithm = algorithm
        self.csr = csr
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

    public init(deviceRow: Int64?, device: DeviceID?, file: String, reason: String) {
        self.deviceRow = deviceRow
        self.device = device
        self.file = file
        self.reason = reason
    }
}

/// A CSR that could not be taken after all: another device had its key by the time it was to be recorded.
public struct RequestConflict: Sendable, Equatable {
    /// In the order given.
    public let index: Int
    public let holder: DeviceID
}
