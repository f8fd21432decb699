import Fleet
import RotationModel

/// A device that was let in, and how it came.
struct Visit: Sendable {
    let certificate: RegisteredCertificate
    let peer: Peer
    let at: Timestamp
}
