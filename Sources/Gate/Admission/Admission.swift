import Fleet
import Planning
import Policy
import RotationModel

/// Decides whether who shows a certificate, and has proved to have its key, is let in. It looks nothing up and keeps nothing.
package struct Admission: Sendable {
    package enum Verdict: Sendable, Equatable {
        case allow(RegisteredCertificate)
        /// With a sentence that says what is wrong and what to do.
        case refuse(RefusalCode, String)
    }

    private let policies: PolicySet
    private let authorities: KnownAuthorities

    package init(policies: PolicySet, authorities: KnownAuthorities) {
        (self.policies, self.authorities) = (policies, authorities)
    }

    /// - Parameters:
    ///   - presented: The SHA-256 of the certificate that was shown; nil where none was.
    ///   - records: The registry's claims of it; none where it does not have it.
    ///   - current: The current certificate of the device; nil where none is `ACTIVE`. Asked for where the certificate has expired alone.
    package func judge(
        _ records: [RegisteredCertificate], presented: Fingerprint?, route: RouteKind, account: AccountScope,
        at now: Timestamp, current: (RegisteredCertificate) throws -> CurrentCertificate?
    ) rethrows -> Verdict {
        guard let presented else {
            return .refuse(
                .noCertificate, "no client certificate was shown; show the device's own in the TLS handshake")
        }
        guard let record = records.first else {
            return .refuse(
                .unknown,
                "the registry has no certificate with the SHA-256 fingerprint \(presented.hex); have it registered, or show the one that is"
            )
        }
        guard records.count == 1 else {
            return .refuse(
                .sharedCertificate,
                "more than one device presents this certificate, and nobody can tell which this is; give each device a key and a certificate of its own"
            )
        }
        if let refusal = refusal(ofAccount: record, account) ?? refusal(ofStatus: record, route)
            ?? refusal(ofKey: record)
        {
            return refusal
        }
        if now < record.notBefore {
            return .refuse(
                .notYetValid,
                "the certificate is valid only from \(record.notBefore), and it is \(now) here; check what was installed, and the gate's clock"
            )
        }
        if now > record.notAfter, let refusal = try refusal(ofExpired: record, route, current) { return refusal }
        return .allow(record)
    }

    /// The policy that covers a device; nil where none does, or several of one priority do.
    package func policy(for record: RegisteredCertificate, _ current: CurrentCertificate) -> RotationPolicy? {
        let candidates = policies.candidates(
            for: SelectorFacts(
                account: record.account.text, labels: current.labels.values, issuer: current.issuer))
        guard case .one(let index) = policies.select(among: candidates, device: record.device) else { return nil }
        return policies.policies[index]
    }

    // MARK: One check each

    private func refusal(ofAccount record: RegisteredCertificate, _ scope: AccountScope) -> Verdict? {
        switch scope {
        case .any: nil
        case .only(let account) where account == record.account: nil
        case .only:
            .refuse(
                .wrongAccount,
                "the certificate is of another account than this server name is for; use the device's own endpoint")
        case .nobody(let name?):
            .refuse(.wrongAccount, "no account is served under the name \(name); use the device's own endpoint")
        case .nobody(nil):
            .refuse(
                .wrongAccount,
                "accounts are told apart by the server's name here, and none was asked for; send the endpoint's name in the TLS handshake (SNI)"
            )
        }
    }

    private func refusal(ofStatus record: RegisteredCertificate, _ route: RouteKind) -> Verdict? {
        switch record.status {
        case .active: return nil
        case .inactive:
            return .refuse(.inactive, "the certificate is INACTIVE in the registry; show the device's ACTIVE one")
        case .revoked:
            return .refuse(.revoked, "the certificate is REVOKED, which is for ever; have the device given a new one")
        case .pendingTransfer:
            return .refuse(
                .pendingTransfer,
                "the certificate is being moved to another account (PENDING_TRANSFER); the account that it goes to has to accept it"
            )
        case .registerInactive:
            return .refuse(
                .registerInactive,
                "the certificate was registered and never activated (REGISTER_INACTIVE); have it made ACTIVE")
        case .pendingActivation where !record.isOpenReplacement:
            return .refuse(
                .pendingActivation,
                "the certificate is PENDING_ACTIVATION and not one that the device is to confirm; have it made ACTIVE")
        case .pendingActivation where !route.admitsPending:
            return .refuse(
                .pendingActivation,
                "the certificate is not confirmed yet, and good for the manifest and for confirming it alone; confirm it, or show the old one"
            )
        case .pendingActivation: return nil
        }
    }

    private func refusal(ofKey record: RegisteredCertificate) -> Verdict? {
        if record.isKeyRefused {
            return .refuse(
                .refusedKey,
                "the certificate's key is known to others than its device, and proves nothing any more; have the device given a new certificate with a new key"
            )
        }
        let shortRSA: String? =
            if case .rsa(let bits) = record.key, bits < 2048 { "RSA-\(bits) is shorter than 2048 bits" } else { nil }
        guard
            let weakness = shortRSA ?? record.keyWeakness ?? authorities.weakness(of: record.publicKey.identity)
        else { return nil }
        return .refuse(
            .weakKey,
            "the certificate's key is weak (\(weakness)), so that others may have it; have the device given a new certificate with a new key"
        )
    }

    private func refusal(
        ofExpired record: RegisteredCertificate, _ route: RouteKind,
        _ current: (RegisteredCertificate) throws -> CurrentCertificate?
    ) rethrows -> Verdict? {
        let what = "the certificate expired at \(record.notAfter)"
        guard record.status == .active, let current = try current(record), current.row == record.row else {
            return .refuse(.expired, "\(what), and the device has a newer one; show that")
        }
        guard route.admitsExpired else {
            return .refuse(
                .expired, "\(what); an expired one is good for the manifest, CSRs and EST at the most; have it replaced"
            )
        }
        guard let policy = policy(for: record, current) else {
            return .refuse(
                .expired, "\(what), and no policy says that such are replaced; have the device given a new one")
        }
        guard policy.expiry.expired == .replace else {
            return .refuse(
                .expired,
                "\(what), and policy \(policy.name) does not replace expired ones; have the device given a new one")
        }
        return nil
    }
}
