import Fleet
import Planning
import Policy
import RotationModel

/// Whether a signature that verifies proves that a request comes from its device, now.
struct RequestSignatureRules {
    let at: Timestamp

    func check(
        _ signature: SignedRequest.Signature, _ context: IntakeContext, _ policy: RotationPolicy,
        _ snapshot: any FleetView, _ revocations: RevocationScope?
    ) throws {
        try RequestSignatureRules.check(signature.key, "it is signed by a key", context, snapshot, revocations)
        if at > signature.notAfter, policy.expiry.expired != .replace {
            throw RequestRefusal(
                .certificateExpired,
                "the certificate whose key signed it expired on \(signature.notAfter), and policy \(policy.name) does not replace expired ones"
            )
        }
        try signature.statement.checkTime(
            at: at, notBefore: signature.notBefore, "the certificate whose key signed it was good")
        if let last = context.lastSigned, signature.statement.time <= last {
            throw RequestRefusal(
                .replayed,
                "a request of \(last) was taken already, and this one (\(signature.statement.time)) is not later")
        }
    }

    /// Whether a key can prove anything of the device whose certificate has it.
    ///
    /// - Parameter what: what the key did, for messages: `it is signed by a key`.
    static func check(
        _ key: KeyReference, _ what: String, _ context: IntakeContext, _ snapshot: any FleetView,
        _ revocations: RevocationScope?
    ) throws {
        let isRevoked = context.ownKeys.contains { $0.key == key.identity && $0.status == .revoked }
        if try isRevoked || revocations?.refuses(key.identity) == true
            || snapshot.isRefused(key.identity, writtenAs: key.fingerprint)
        {
            throw RequestRefusal(.revokedKey, "\(what) that was revoked, which proves nothing any more")
        }
        if try snapshot.isExposed(key.identity, of: context.deviceRow) {
            throw RequestRefusal(.revokedKey, "\(what) whose private half was in a file of the inbox")
        }
        if try snapshot.isCertified(key.identity, otherThan: context.deviceRow) {
            throw RequestRefusal(
                .sharedKey, "\(what) that another device's certificate has too, which proves nothing")
        }
    }
}
