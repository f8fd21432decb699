import RotationModel

/// One checked rule of `revocations`: which certificates are revoked, why, and how.
package struct RevocationRule: Sendable {
    package let name: String
    package let description: String?
    package let place: PolicyPlace
    /// Which devices' certificates. Its issuers are held against the certificate that is judged, not against the device's current one.
    package let match: DeviceSelector
    /// Which of those devices' certificates. Never empty together with ``match``.
    package let certificates: CertificateSelector
    package let reason: RevocationReason
    package let mode: RevocationMode
    /// Of `replace-then-revoke`: how long after the revocation was first recorded the certificate goes although its
    /// replacement is not confirmed. Nil to wait for the confirmation however long it takes; never zero.
    package let deadline: TimeSpan?

    package init(
        name: String, description: String? = nil, place: PolicyPlace, match: DeviceSelector = DeviceSelector(),
        certificates: CertificateSelector = CertificateSelector(), reason: RevocationReason,
        mode: RevocationMode = .replaceThenRevoke, deadline: TimeSpan? = nil
    ) {
        self.name = name
        self.description = description
        self.place = place
        self.match = match
        self.certificates = certificates
        self.reason = reason
        self.mode = mode
        self.deadline = deadline
    }

    /// Whether it names this certificate of this device. What hangs on the certificate (descendants, its key elsewhere) is for the caller
    /// to follow, where ``RevocationReason/reachesDescendants``.
    ///
    /// - Parameter device: of the device, with the issuer of the certificate that is judged.
    package func matches(_ certificate: RevocableFacts, _ device: SelectorFacts, id: DeviceID) -> Bool {
        certificates.matchesApartFromIssuer(certificate) && match.matches(id) && match.matches(device)
            && certificates.matches(issuer: certificate.issuer)
    }

    /// Whether it may name certificates of such a key and signature, of such devices, whatever the devices' ids and the certificates' dates.
    ///
    /// - Parameter device: with the issuer of the certificates.
    package func mayMatch(_ device: SelectorFacts, key: KeyAlgorithm, signature: SignatureAlgorithm) -> Bool {
        certificates.mayMatch(key: key, signature: signature) && match.matches(device)
            && certificates.matches(issuer: device.issuer)
    }

    /// Among rules that have one start.
    var urgency: RevocationUrgency {
        RevocationUrgency(mode: mode, deadline: deadline?.seconds, standing: standing)
    }

    var standing: RevocationStanding { RevocationStanding(reason: reason, isRule: true, name: name) }

    /// Whether a certificate's own facts are asked for, beside its device's and its issuer's.
    package var needsCertificates: Bool { certificates.asksBeyondIssuer }

    /// Whether it asks if another device has the same key, which costs a look at the whole fleet.
    package var needsKeySharing: Bool { certificates.sharedKey }
}
