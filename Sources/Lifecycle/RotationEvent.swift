import RotationModel

/// Something that happens to an open rotation.
package enum RotationEvent: Hashable, Sendable {
    /// Its device is asked for a CSR.
    case asked
    /// A serial number is set aside for its replacement.
    case reserved
    /// The replacement was signed, and is recorded.
    case issued(Rotation.Certificate)
    /// A manifest that brings the replacement lies where the device picks it up, not for the first time perhaps.
    case published
    /// The device proved that it holds the key of this certificate.
    case confirmed(Rotation.Certificate)
    /// Another rotation of the device begins.
    case superseded
    /// A certificate of the device was revoked, whichever of them.
    case revoked(Rotation.Certificate)
    /// No overlap is left to wait for.
    ///
    /// - Parameter replacement: what the replacement's status is now.
    case overlapEnded(replacement: CertificateStatus)

    /// As it stands in messages.
    package var name: String {
        switch self {
        case .asked: "asked"
        case .reserved: "reserved"
        case .issued: "issued"
        case .published: "published"
        case .confirmed: "confirmed"
        case .superseded: "superseded"
        case .revoked: "revoked"
        case .overlapEnded: "overlap ended"
        }
    }
}

/// What else changes with a rotation's step: for who carries it out, in the order given and in the same transaction.
package enum RotationEffect: Hashable, Sendable {
    /// `PENDING_ACTIVATION` becomes `ACTIVE`, and the certificate counts as proved by its device.
    case activate(Rotation.Certificate)
    /// The certificate is no longer its device's current one, though it still authenticates.
    case markReplaced(Rotation.Certificate)
    /// It is the one that the device has again.
    case unmarkReplaced(Rotation.Certificate)
    /// The CSR with this certificate's key, if one still waits, is answered.
    case forgetRequest(for: Rotation.Certificate)
    /// `PENDING_ACTIVATION` becomes `INACTIVE`: no device may confirm it any more.
    case deactivate(Rotation.Certificate)
    /// `ACTIVE` becomes `INACTIVE`, unless another device presents it too and has none of its own.
    case retire(Rotation.Certificate)
    /// A serial number that was set aside for it and is not recorded is never used.
    case abandonReservation
    /// The device's next manifest says that there is nothing to do.
    case withdrawOffer
    /// As ``withdrawOffer``, if a manifest that brings the replacement was ever written.
    case withdrawOfferIfMade
    case end(RotationEnd)
}

/// Why a rotation has ended.
package enum RotationEnd: Hashable, Sendable {
    /// The overlap is over: the device is on its new certificate alone.
    case overlapOver
    /// Its confirmed replacement is replaced in turn.
    case replacedInTurn
    /// The certificate that it was for was revoked, and the device has proved the other.
    case originalGone
    /// Before anything was signed another certificate became the one to replace.
    case originalNotCurrent
    /// Before anything was signed the certificate that it was to replace was revoked.
    case originalRevoked
    /// Its replacement was not confirmed, and another takes its place.
    case unconfirmed
    case replacementRevoked
    /// Its replacement was confirmed, and has lost its status since.
    case replacementUnusable(CertificateStatus)

    /// Whether the rotation did what it was for.
    package var isSuccess: Bool {
        switch self {
        case .overlapOver, .replacedInTurn, .originalGone: true
        case .originalNotCurrent, .originalRevoked, .unconfirmed, .replacementRevoked, .replacementUnusable: false
        }
    }

    /// For the audit.
    package var sentence: String {
        switch self {
        case .overlapOver: "the overlap is over"
        case .replacedInTurn: "its new certificate is replaced in turn"
        case .originalGone: "the certificate that it replaced was revoked"
        case .originalNotCurrent: "its certificate is no longer the one to replace"
        case .originalRevoked: "the certificate that it was to replace was revoked"
        case .unconfirmed: "its replacement was not confirmed, and another takes its place"
        case .replacementRevoked: "its replacement was revoked"
        case .replacementUnusable(let status): "its replacement is \(status.rawValue) by now"
        }
    }
}

/// A step that no rotation may make.
package struct IllegalStep: Error, Hashable, CustomStringConvertible {
    package let state: RotationState
    package let event: RotationEvent

    package init(state: RotationState, event: RotationEvent) { (self.state, self.event) = (state, event) }

    package var description: String { "a rotation that is \(state.rawValue) cannot be \(event.name)" }
}
