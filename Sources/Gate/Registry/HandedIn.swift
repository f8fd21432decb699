import RotationModel

/// What a device handed in, with who it was and how that is known.
package struct HandedIn: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A CSR, in DER.
        case csr
        /// A confirmation, a compact JWS.
        case ack
    }

    package let kind: Kind
    package let device: DeviceID
    package let account: AccountID
    /// Of the certificate that the device authenticated with.
    package let certificate: Fingerprint
    package let at: Timestamp
    package let via: Peer.Transport
    package let bytes: [UInt8]
}

/// Keeps what devices hand in, for the next run.
package protocol SubmissionSink: Sendable {
    /// On return it is durable: what was acknowledged is answered or refused with a reason, whatever dies meanwhile.
    ///
    /// - Throws: Where it cannot be kept now (no space, no permission). The device is told to come again.
    func submit(_ handedIn: HandedIn) async throws(RotationError)
}

/// That a device was there.
package struct Sighting: Sendable, Equatable {
    package let device: DeviceID
    package let account: AccountID
    /// Of the certificate whose key the device proved to have.
    package let certificate: Fingerprint
    package let at: Timestamp
    package let via: Peer.Transport
    /// Whether the certificate is a replacement that its device has not confirmed yet: where the policy says so, this confirms it.
    package let provesReplacement: Bool
}

/// Is told which devices were there, for each request, from any task.
package protocol SightingSink: Sendable {
    /// Of one that proves a replacement: on return it is durable, unless it cannot be now. All others cost no waiting.
    func saw(_ sighting: Sighting) async
}
