import RotationModel

/// The sentences that explain a finding.
enum ReasonText {
    static func expired(_ certificate: CertificateFacts, at now: Timestamp) -> Reason {
        Reason(.expired, "expired \((now - certificate.notAfter).approximate) ago (\(certificate.notAfter))")
    }

    static func expiring(_ certificate: CertificateFacts, under rule: ExpiryRule, at now: Timestamp) -> Reason {
        let left = certificate.notAfter - now
        let lifetime = certificate.notAfter - certificate.notBefore
        var text = "expires in \(left.approximate) (\(certificate.notAfter)); renewal starts "
        text += length(rule.renewBefore, of: lifetime) + " before"
        if !rule.spread.isNothing { text += ", spread up to \(length(rule.spread, of: lifetime))" }
        return Reason(.expiring, text)
    }

    static func key(_ certificate: CertificateFacts, _ profile: IssuanceProfile) -> Reason {
        if let weakness = certificate.keyWeakness {
            return Reason(.weakKey, "the key (\(certificate.key)) is weak: \(weakness)")
        }
        let taken = profile.keys.map(\.description).joined(separator: ", ")
        return Reason(.weakKey, "the key (\(certificate.key)) is not one that profile \(profile.name) takes (\(taken))")
    }

    static func signature(_ certificate: CertificateFacts, _ profile: IssuanceProfile) -> Reason {
        certificate.isSignatureWeak
            ? Reason(.weakSignature, "the signature (\(certificate.signature)) is weaker than SHA-256")
            : Reason(
                .weakSignature,
                "the signature (\(certificate.signature)) is not that of profile \(profile.name) (\(profile.signature))"
            )
    }

    static func sharedKey(_ certificate: CertificateFacts) -> Reason {
        let other = certificate.sharedWith.map { "device \($0)" } ?? "another device"
        return Reason(.sharedKey, "\(other) has a certificate with the same key")
    }

    static func issuer(_ certificate: CertificateFacts, _ profile: IssuanceProfile) -> Reason {
        Reason(
            .issuer,
            "issued by \(certificate.issuer), not by \(profile.authority) (\(profile.authoritySubject?.description ?? ""))"
        )
    }

    static func authority(_ certificate: CertificateFacts, _ end: AuthorityEnd) -> Reason {
        switch end {
        case .expires(let name, let time):
            Reason(
                .authorityRetiring,
                "its authority \(name) ends on \(time), before the certificate does (\(certificate.notAfter))")
        case .retires(let name, let time):
            Reason(
                .authorityRetiring,
                "its authority \(name) retires on \(time), before the certificate ends (\(certificate.notAfter))")
        case .revoked(let name, let time):
            Reason(.authorityRevoked, "its authority \(name) was revoked on \(time): nothing that it signed is trusted")
        }
    }

    static func age(_ certificate: CertificateFacts, over limit: TimeSpan, at now: Timestamp) -> Reason {
        let age = now - certificate.notBefore
        return Reason(
            .age, "\(age.approximate) old (since \(certificate.notBefore)), more than \(limit.approximate)")
    }

    /// `30 days`, or `33% of its lifetime (29 days)`.
    private static func length(_ lead: Lead, of lifetime: TimeSpan) -> String {
        switch lead {
        case .span(let span): span.approximate
        case .share(let share): "\(share) of its lifetime (\(lead.length(of: lifetime).approximate))"
        }
    }
}
