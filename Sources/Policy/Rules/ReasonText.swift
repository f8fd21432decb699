import RotationModel

/// The sentences that explain why a certificate is due, where they are wanted.
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
        let earlier = rule.contact.flatMap { contact -> Lead? in
            let isLonger = contact.renewBefore.length(of: lifetime) > rule.renewBefore.length(of: lifetime)
            return isLonger && contact.isSeldom(certificate.contact, at: now) ? contact.renewBefore : nil
        }
        var text = "expires in \(left.approximate) (\(certificate.notAfter)); renewal starts "
        text += length(earlier ?? rule.renewBefore, of: lifetime) + " before"
        if earlier != nil { text += ", for " + silence(certificate.contact, at: now) }
        if !rule.spread.isNothing { text += ", spread up to \(length(rule.spread, of: lifetime))" }
        return text
    }

    /// `the device was last seen 45 days ago`
    private static func silence(_ contact: Contact, at now: Timestamp) -> String {
        if case .last(let time) = contact { return "the device was last seen \((now - time).approximate) ago" }
        return "the device was never seen at the gate"
    }

    /// `30 days`, or `33% of its lifetime (29 days)`.
    private static func length(_ lead: Lead, of lifetime: TimeSpan) -> String {
        switch lead {
        case .span(let span): span.approximate
        case .share(let share): "\(share) of its lifetime (\(lead.length(of: lifetime).approximate))"
        }
    }
}
