import RotationModel

/// What a policy found against a certificate.
package struct Finding: Hashable, Sendable {
    /// What decides.
    package let reason: Reason
    /// What else was found of the same certificate.
    package let further: [Reason]

    package init(reason: Reason, further: [Reason] = []) {
        self.reason = reason
        self.further = further
    }
}

/// What a policy says of a device's current certificate.
package enum Verdict: Hashable, Sendable {
    /// Nothing is to be done.
    case fresh
    /// It is due for replacement.
    case replace(Finding)
    /// Something is wrong with it that the policy only reports.
    case report(Finding)
}

extension RotationPolicy {
    /// Judges a device's current certificate. Cheap where the certificate is fresh: nothing is written, and hashed
    /// only where the spread decides.
    ///
    /// Expiry decides before compliance; among compliance findings, one that replaces decides before those that report.
    package func evaluate(
        _ certificate: CertificateFacts, of device: DeviceID, at now: Timestamp, in wording: Wording = .sentences
    ) -> Verdict {
        if now > certificate.notAfter {
            let finding = Finding(
                reason: ReasonText.expired(certificate, at: now, in: wording),
                further: deviations(of: certificate, at: now, in: wording).map(\.reason))
            return expiry.expired == .replace ? .replace(finding) : .report(finding)
        }
        let isDue = isDue(certificate, device: device, at: now)
        if !isDue, isCompliant(certificate, at: now) { return .fresh }

        var found = deviations(of: certificate, at: now, in: wording)
        if isDue {
            return .replace(
                Finding(
                    reason: ReasonText.expiring(certificate, under: expiry, at: now, in: wording),
                    further: found.map(\.reason)))
        }
        guard !found.isEmpty else { return .fresh }
        let replacing = found.firstIndex { $0.action == .replace }
        let deciding = found.remove(at: replacing ?? 0)
        let finding = Finding(reason: deciding.reason, further: found.map(\.reason))
        return replacing == nil ? .report(finding) : .replace(finding)
    }

    /// Whether the certificate's own key may be certified again: the policy lets it, the profile takes it, it is not
    /// known to be weak, no other device has it, and it was not revoked for keyCompromise.
    package func keyMayStay(_ certificate: CertificateFacts) -> Bool {
        rekey == .allowed && profile.allows(certificate.key) && certificate.keyWeakness == nil
            && !certificate.isKeyShared && !certificate.isKeyRefused
    }
}

// MARK: - Compliance

extension RotationPolicy {
    private typealias Deviation = (reason: Reason, action: ComplianceAction)

    /// The same checks as ``deviations(of:at:)``, without their texts.
    private func isCompliant(_ certificate: CertificateFacts, at now: Timestamp) -> Bool {
        for acting in compliance.acting where acting.check.finds(certificate, profile, compliance, now) { return false }
        return true
    }

    private func deviations(
        of certificate: CertificateFacts, at now: Timestamp, in wording: Wording
    ) -> [Deviation] {
        compliance.acting.filter { $0.check.finds(certificate, profile, compliance, now) }.map {
            ($0.check.tell(certificate, profile, compliance, now, wording), $0.action)
        }
    }
}
