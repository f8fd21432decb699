import Lifecycle
import RotationModel

/// A rotation that is under way.
package struct OpenRotation: Sendable, Equatable {
    package let row: Int64
    package internal(set) var rotation: Rotation
    /// Why it was opened.
    package internal(set) var reason: Reason
    package internal(set) var issuedAt: Timestamp?
    /// When the manifest that brings the replacement was published.
    package internal(set) var deliveredAt: Timestamp?
    package internal(set) var confirmedAt: Timestamp?
    /// The revocation order that caused it: see ``RevocationOrder/id``.
    package let revocation: Int64?

    package var state: RotationState { rotation.state }
    /// The certificate that it replaces, by its row.
    package var oldCertificate: Int64 { rotation.original.number }
    /// The replacement, by its row. Nil until it was issued.
    package var newCertificate: Int64? { rotation.replacement?.number }
}

/// An `ACTIVE` or `PENDING_ACTIVATION` certificate, as far as planning needs it.
package struct PlanningCertificate: Sendable, Equatable {
    package let row: Int64
    package let fingerprint: Fingerprint
    package let notBefore: Timestamp
    package let notAfter: Timestamp
    package let key: KeyAlgorithm
    /// Why the key is known weak, or nil.
    package let keyWeakness: String?
    package let keyIdentity: KeyIdentity
    package let signature: SignatureAlgorithm
    package let isSignatureWeak: Bool
    /// The issuer's name, by its row: see ``PlanningSnapshot/issuerName(_:)``.
    package let issuer: Int64
    package var status: CertificateStatus
    /// When its device proved that it holds the key. Nil for an imported one, and until it did.
    package var confirmedAt: Timestamp?
    /// Whether a replacement of it was confirmed.
    package var isReplaced: Bool
    /// Whether it is signed by its own key, as far as anybody looked.
    package var isSelfSigned = false
    /// What is not as RFC 5280 wants it; nil where nothing is.
    package var malformed: String? = nil

    /// The current certificate first: not replaced, then the latest notAfter, then the latest notBefore, then the fingerprint.
    static func isBefore(_ left: PlanningCertificate, _ right: PlanningCertificate) -> Bool {
        if left.isReplaced != right.isReplaced { return right.isReplaced }
        if left.notAfter != right.notAfter { return left.notAfter > right.notAfter }
        if left.notBefore != right.notBefore { return left.notBefore > right.notBefore }
        return left.fingerprint.digest.bytes.lexicographicallyPrecedes(right.fingerprint.digest.bytes)
    }
}

/// A CSR that was taken and waits for a certificate.
package struct WaitingRequest: Sendable, Equatable {
    package let publicKey: KeyReference
    package let algorithm: KeyAlgorithm
    /// What shows that it comes from its device.
    package let proof: RequestProof
    /// When it was taken; nil for one that the inventory does not have yet.
    package let receivedAt: Timestamp?

    package init(
        publicKey: KeyReference, algorithm: KeyAlgorithm, proof: RequestProof = .none, receivedAt: Timestamp? = nil
    ) {
        self.publicKey = publicKey
        self.algorithm = algorithm
        self.proof = proof
        self.receivedAt = receivedAt
    }
}

/// A device that has at least one `ACTIVE` certificate.
package struct PlanningDevice: Sendable {
    package let row: Int64
    package let id: DeviceID
    /// By its row: see ``PlanningSnapshot/accountName(_:)``.
    package let account: Int64
    /// By its row: see ``PlanningSnapshot/labels(ofSet:)``. Devices with equal labels have the same.
    package let labelSet: Int64
    /// Never empty; the current one first, then those that are left over.
    package var active: [PlanningCertificate]
    /// Those of status `PENDING_ACTIVATION`, in the same order.
    package var pending: [PlanningCertificate]
    package var rotation: OpenRotation?
    package internal(set) var request: WaitingRequest?
    /// Why the last CSR was not taken, where the device's manifest does not say so yet.
    package internal(set) var refused: String?
    /// Why a CSR was not taken, as the device's manifest says it already.
    package internal(set) var toldRefusal: String?
    /// When it last spoke to the gate; nil where it never did.
    package var lastSeen: Timestamp? = nil
}

/// What taking in a CSR of a device needs to know of it.
package struct IntakeContext: Sendable {
    package struct OwnKey: Sendable, Equatable {
        package let key: KeyIdentity
        package let status: CertificateStatus
    }

    package let deviceRow: Int64
    package let device: DeviceID
    package let account: AccountID
    package let labels: Labels
    /// The `ACTIVE` certificate that is the current one, if any.
    package let current: PlanningCertificate?
    /// The issuer's name of ``current``.
    package let currentIssuer: String?
    /// The keys of all the device's certificates.
    package let ownKeys: [OwnKey]
    package let rotation: OpenRotation?
    /// The key of the certificate that was issued and is not confirmed yet.
    package let pendingReplacementKey: KeyIdentity?
    /// The CSR that waits.
    package let waiting: WaitingRequest?
    /// The last signed request that was taken.
    package let lastSigned: Timestamp?
    /// Whether CSRs with different keys were handed in, and nobody has said yet which is the device's.
    package let hasConflict: Bool
}
