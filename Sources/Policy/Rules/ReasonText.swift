import RotationModel

/// The sentences that explain a finding, where they are wanted.
enum ReasonText {
    static func expired(_ certificate: CertificateFacts, at now: Timestamp, in wording: Wording) -> Reason {
        Reason(
            .expired, in: wording, "expired \((now - certificate.notAfter).approximate) ago (\(certificate.notAfter))")
    }

    static func expiring(
        _ certificate: CertificateFacts, under rule: ExpiryRule, at now: Timestamp, in wording: Wording
    ) -> Reason {
        Reason(.expiring, in: wording, expiringText(certificate, under: rule, at: now))
    }

    private static func expiringText(
        _ certificate: CertificateFacts, under rule: ExpiryRule, at now: Timestamp
    ) -> String {
        let left = certificate.notAfter - now
        let lifetime = certificate.notAfter - certificate.notBefore
        var text = "expires in \(left.approximate) (\(certificate.notAfter)); renewal starts "
        text += length(rule.renewBefore, of: lifetime) + " before"
        if !rule.spread.isNothing { text += ", spread up to \(length(rule.spread, of: lifetime))" }
        return text
    }

    static func malformed(_ problem: String, in wording: Wording) -> Reason {
        Reason(.malformed, in: wording, "the certificate is not as RFC 5280 wants it: \(problem)")
    }

    static func key(_ certificate: CertificateFacts, _ profile: IssuanceProfile, in wording: Wording) -> Reason {
        if let weakness = certificate.keyWeakness {
            return Reason(.weakKey, in: wording, "the key (\(certificate.keyName)) is weak: \(weakness)")
        }
        let taken = profile.keys.map(\.description).joined(separator: ", ")
        return Reason(
            .weakKey, in: wording,
            "the key (\(certificate.keyName)) is not one that profile \(profile.name) takes (\(taken))")
    }

    static func signature(_ certificate: CertificateFacts, _ profile: IssuanceProfile, in wording: Wording) -> Reason {
        certificate.isSignatureWeak
            ? Reason(.weakSignature, in: wording, "the signature (\(certificate.signature)) is weaker than SHA-256")
            : Reason(
                .weakSignature, in: wording,
                "the signature (\(certificate.signature)) is not that of profile \(profile.name) (\(profile.signature))"
            )
    }

    static func sharedKey(_ certificate: CertificateFacts, in wording: Wording) -> Reason {
        let other = certificate.sharedWith.map { "device \($0)" } ?? "another device"
        return Reason(.sharedKey, in: wording, "\(other) has a certificate with the same key")
    }

    static func issuer(_ certificate: CertificateFacts, _ profile: IssuanceProfile, in wording: Wording) -> Reason {
        Reason(
            .issuer, in: wording,
            "\(certificate.isSelfSigned ? "self-signed" : "issued") by \(certificate.issuer), not by \(profile.authority) (\(profile.authoritySubject?.description ?? ""))"
        )
    }

    static func authority(_ certificate: CertificateFacts, _ end: AuthorityEnd, in wording: Wording) -> Reason {
        switch end {
        case .expires(let name, let time):
            Reason(
                .authorityRetiring, in: wording,
                "its authority \(name) ends on \(time), before the certificate does (\(certificate.notAfter))")
        case .retires(let name, let time):
            Reason(
                .authorityRetiring, in: wording,
                "its authority \(name) retires on \(time), before the certificate ends (\(certificate.notAfter))")
        case .revoked(let name, let time):
            Reason(
                .authorityRevoked, in: wording,
                "its authority \(name) was revoked on \(time): nothing that it signed is trusted")
        }
    }

    static func age(
        _ certificate: CertificateFacts, over limit: TimeSpan, at now: Timestamp, in wording: Wording
    ) -> Reason {
        let age = now - certificate.notBefore
        return Reason(
            .age, in: wording, "\(age.approximate) old (since \(certificate.notBefore)), more than \(limit.approximate)"
        )
    }

    /// `30 days`, or `33% of its lifetime (29 days)`.
    private static func length(_ lead: Lead, of lifetime: TimeSpan) -> String {
        switch lead {
        case .span(let span): span.approximate
        case .share(let share): "\(share) of its lifetime (\(lead.length(of: lifetime).approximate))"
        }
    }
}
