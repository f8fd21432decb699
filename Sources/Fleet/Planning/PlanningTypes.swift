public import Lifecycle
public import RotationModel

/// A rotation that is under way.
public struct OpenRotation: Sendable, Equatable {
    public let row: Int64
    public internal(set) var rotation: Rotation
    /// Why it was opened.
    public internal(set) var reason: Reason
    public internal(set) var issuedAt: Timestamp?
    /// When the manifest that brings the replacement was published.
    public internal(set) var deliveredAt: Timestamp?
    public internal(set) var confirmedAt: Timestamp?
    /// The revocation order that caused it: see ``RevocationOrder/id``.
    public let revocation: Int64?

    public var state: RotationState { rotation.state }
    /// The certificate that it replaces, by its row.
    public var oldCertificate: Int64 { rotation.original.number }
    /// The replacement, by its row. Nil until it was issued.
    public var newCertificate: Int64? { rotation.replacement?.number }
}

/// An `ACTIVE` or `PENDING_ACTIVATION` certificate, as far as planning needs it.
public struct PlanningCertificate: Sendable, Equatable {
    public let row: Int64
    public let fingerprint: Fingerprint
    public let notBefore: Timestamp
    public let notAfter: Timestamp
    public let key: KeyAlgorithm
    /// Why the key is known weak, or nil.
    public let keyWeakness: String?
    public let keyIdentity: KeyIdentity
    public let signature: SignatureAlgorithm
    public let isSignatureWeak: Bool
    /// The issuer's name, by its row: see ``PlanningSnapshot/issuerName(_:)``.
    public let issuer: Int64
    public var status: CertificateStatus
    /// When its device proved that it holds the key. Nil for an imported one, and until it did.
    public var confirmedAt: Timestamp?
    /// Whether a replacement of it was confirmed.
    public var isReplaced: Bool
    /// Whether it is signed by its own key, as far as anybody looked.
    public var isSelfSigned = false
    /// What is not as RFC 5280 wants it; nil where nothing is.
    public var malformed: String? = nil

    /// The current certificate first: not replaced, then the latest notAfter, then the latest notBefore, then the fingerprint.
    static func isBefore(_ left: PlanningCertificate, _ right: PlanningCertificate) -> Bool {
        if left.isReplaced != right.isReplaced { return right.isReplaced }
        if left.notAfter != right.notAfter { return left.notAfter > right.notAfter }
        if left.notBefore != right.notBefore { return left.notBefore > right.notBefore }
        return left.fingerprint.digest.bytes.lexicographicallyPrecedes(right.fingerprint.digest.bytes)
    }
}

/// A CSR that was taken and waits for a certificate.
public struct WaitingRequest: Sendable, Equatable {
    public let publicKey: KeyReference
    public let algorithm: KeyAlgorithm
    /// What shows that it comes from its device.
    public let proof: RequestProof
    /// When it was taken; nil for one that the inventory does not have yet.
    public let receivedAt: Timestamp?

    public init(
        publicKey: KeyReference, algorithm: KeyAlgorithm, proof: RequestProof = .none, receivedAt: Timestamp? = nil
    ) {
        self.publicKey = publicKey
        self.algorithm = algorithm
        self.proof = proof
        self.receivedAt = receivedAt
    }
}

/// A device that has at least one `ACTIVE` certificate.
public struct PlanningDevice: Sendable {
    public let row: Int64
    public let id: DeviceID
    /// By its row: see ``PlanningSnapshot/accountName(_:)``.
    public let account: Int64
    /// By its row: see ``PlanningSnapshot/labels(ofSet:)``. Devices with equal labels have the same.
    public let labelSet: Int64
    /// Never empty; the current one first, then those that are left over.
    public var active: [PlanningCertificate]
    /// Those of status `PENDING_ACTIVATION`, in the same order.
    public var pending: [PlanningCertificate]
    public var rotation: OpenRotation?
    public internal(set) var request: WaitingRequest?
    /// Why the last CSR was not taken, where the device's manifest does not say so yet.
    public internal(set) var refused: String?
    /// Why a CSR was not taken, as the device's manifest says it already.
    public internal(set) var toldRefusal: String?
}

/// What taking in a CSR of a device needs to know of it.
public struct IntakeContext: Sendable {
    public struct OwnKey: Sendable, Equatable {
        public let key: KeyIdentity
        public let status: CertificateStatus
    }

    public let deviceRow: Int64
    public let device: DeviceID
    public let account: AccountID
    public let labels: Labels
    /// The `ACTIVE` certificate that is the current one, if any.
    public let current: PlanningCertificate?
    /// The issuer's name of ``current``.
    public let currentIssuer: String?
    /// The keys of all the device's certificates.
    public let ownKeys: [OwnKey]
    public let rotation: OpenRotation?
    /// The key of the certificate that was issued and is not confirmed yet.
    public let pendingReplacementKey: KeyIdentity?
    /// The CSR that waits.
    public let waiting: WaitingRequest?
    /// The last signed request that was taken.
    public let lastSigned: Timestamp?
    /// Whether CSRs with different keys were handed in, and nobody has said yet which is the device's.
    public let hasConflict: Bool
}
