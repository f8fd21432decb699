import Fleet
import Planning
import Policy
import RotationModel

/// Whether the certificate that authenticated a device at the gate proves that a CSR comes from it, now.
///
/// The gate asked the same when the CSR was handed in. Since then the certificate may have been revoked or replaced, or the device moved.
struct RequestSessionRules {
    let at: Timestamp
    /// Replacements whose confirmations wait: they will be their devices' current certificates.
    let confirmed: Set<Int64>

    /// Whether it is still this device's, and its current one.
    ///
    /// - Returns: the certificate.
    func check(
        _ mark: SubmissionMark, _ context: IntakeContext, _ snapshot: any FleetView, _ revocations: RevocationScope?
    ) throws -> RevocableCertificate {
        let fingerprint = mark.session.certificate
        let claims = try snapshot.certificates(withFingerprint: fingerprint)
        guard let own = claims.first(where: { $0.deviceRow == context.deviceRow }) else {
            throw RequestRefusal(
                .wrongDevice, "certificate \(fingerprint), by which it was handed in, is not the device's")
        }
        guard claims.count == 1 else {
            throw RequestRefusal(
                .sharedKey, "another device has the certificate by which it was handed in, which so proves nothing")
        }
        guard mark.account == context.account else {
            throw RequestRefusal(
                .wrongDevice,
                "it was handed in for account \(mark.account), and the device is of account \(context.account)")
        }
        if own.status == .revoked {
            throw RequestRefusal(
                .revokedKey, "certificate \(fingerprint), by which it was handed in, was revoked since")
        }
        try RequestSignatureRules.check(
            own.publicKey, "it was handed in by a certificate with a key", context, snapshot, revocations)
        if confirmed.contains(own.row) { return own }
        guard own.status == .active, own.row == context.current?.row else {
            let current = context.current.map { "; connect with the current one, \($0.fingerprint)" } ?? ""
            throw RequestRefusal(
                .oldKey,
                "certificate \(fingerprint), by which it was handed in, is \(own.status.rawValue) and not the current one\(current)"
            )
        }
        if let weakness = context.current?.keyWeakness {
            throw RequestRefusal(
                .weakKey,
                "the key of the certificate by which it was handed in proves nothing, for it is weak: \(weakness)")
        }
        return own
    }

    /// Whether it was good for this, by its dates.
    func check(
        dates own: RevocableCertificate, _ mark: SubmissionMark, _ context: IntakeContext, _ policy: RotationPolicy
    ) throws {
        if at > own.notAfter, policy.expiry.expired != .replace {
            throw RequestRefusal(
                .certificateExpired,
                "the certificate by which it was handed in expired on \(own.notAfter), and policy \(policy.name) does not replace expired ones"
            )
        }
        if context.waiting?.proof == .signature, let last = context.lastSigned,
            mark.session.at < last - StatementClock.skew
        {
            throw RequestRefusal(
                .replayed,
                "a request that the device signed on \(last) waits already, and this one (\(mark.session.at)) is not later"
            )
        }
    }
}
