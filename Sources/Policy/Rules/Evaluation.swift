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
        !(acts(compliance.malformed) && certificate.malformed != nil)
            && !(acts(compliance.key) && deviatesInKey(certificate))
            && !(acts(compliance.signature) && deviatesInSignature(certificate))
            && !(acts(compliance.sharedKey) && certificate.isKeyShared)
            && !(acts(compliance.issuer) && deviatesInIssuer(certificate))
            && !(acts(compliance.authority) && certificate.authorityEnd != nil)
            && !(acts(compliance.age?.action) && isTooOld(certificate, at: now))
    }

    private func deviations(
        of certificate: CertificateFacts, at now: Timestamp, in wording: Wording
    ) -> [Deviation] {
        var found: [Deviation] = []
        if let action = compliance.malformed, acts(action), let problem = certificate.malformed {
            found.append((ReasonText.malformed(problem, in: wording), action))
        }
        if let action = compliance.key, acts(action), deviatesInKey(certificate) {
            found.append((ReasonText.key(certificate, profile, in: wording), action))
        }
        if let action = compliance.signature, acts(action), deviatesInSignature(certificate) {
            found.append((ReasonText.signature(certificate, profile, in: wording), action))
        }
        if let action = compliance.sharedKey, acts(action), certificate.isKeyShared {
            found.append((ReasonText.sharedKey(certificate, in: wording), action))
        }
        if let action = compliance.issuer, acts(action), deviatesInIssuer(certificate) {
            found.append((ReasonText.issuer(certificate, profile, in: wording), action))
        }
        if let action = compliance.authority, acts(action), let end = certificate.authorityEnd {
            found.append((ReasonText.authority(certificate, end, in: wording), action))
        }
        if let age = compliance.age, acts(age.action), isTooOld(certificate, at: now) {
            found.append((ReasonText.age(certificate, over: age.over, at: now, in: wording), age.action))
        }
        return found
    }

    private func acts(_ action: ComplianceAction?) -> Bool { action == .replace || action == .report }

    private func deviatesInKey(_ certificate: CertificateFacts) -> Bool {
        certificate.keyWeakness != nil || !profile.allows(certificate.key)
    }

    private func deviatesInSignature(_ certificate: CertificateFacts) -> Bool {
        certificate.isSignatureWeak || certificate.signature != profile.signature
    }

    private func deviatesInIssuer(_ certificate: CertificateFacts) -> Bool {
        guard let subject = profile.authoritySubject else { return false }
        return !subject.isSame(as: certificate.issuer)
    }

    private func isTooOld(_ certificate: CertificateFacts, at now: Timestamp) -> Bool {
        compliance.age.map { now - certificate.notBefore > $0.over } ?? false
    }
}
