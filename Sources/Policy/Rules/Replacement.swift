import RotationModel

/// What a policy asks of a CSR that waits.
package struct RequestFacts: Sendable, Hashable {
    package let key: KeyAlgorithm
    /// Whether it is for the very key of the certificate that is to be replaced.
    package let hasCurrentKey: Bool
    /// Whether its key was revoked for keyCompromise, on whatever certificate.
    package let isKeyRefused: Bool
    /// Whether it was proved to come from its device.
    package let isProved: Bool

    package init(
        key: KeyAlgorithm, hasCurrentKey: Bool = false, isKeyRefused: Bool = false, isProved: Bool = true
    ) {
        self.key = key
        self.hasCurrentKey = hasCurrentKey
        self.isKeyRefused = isKeyRefused
        self.isProved = isProved
    }
}

/// Which key a replacement is for.
package enum ReplacementKey: Sendable, Hashable {
    /// That of the CSR that waits.
    case request
    /// That of the certificate that is replaced.
    case current
}

extension RotationPolicy {
    /// The key that a replacement can be issued for now; nil where the device has to be asked for a CSR first.
    package func replacementKey(for current: CertificateFacts, waiting request: RequestFacts?) -> ReplacementKey? {
        if let request, takes(request) { return .request }
        return keyMayStay(current) ? .current : nil
    }

    /// A CSR that was taken in earlier may no longer be what the profile of today allows.
    private func takes(_ request: RequestFacts) -> Bool {
        !request.isKeyRefused && profile.allows(request.key) && (rekey == .allowed || !request.hasCurrentKey)
            && (request.isProved || requests == .any)
    }

    /// Judges a device's current certificate, and puts what a revocation wants before what the policy says.
    ///
    /// - Parameter revocation: why a revocation wants it replaced; nil where none does.
    package func evaluate(
        _ certificate: CertificateFacts, of device: DeviceID, at now: Timestamp, revocation: Reason?,
        in wording: Wording = .sentences
    ) -> Verdict {
        let verdict = evaluate(certificate, of: device, at: now, in: wording)
        guard let revocation else { return verdict }
        switch verdict {
        case .fresh: return .replace(Finding(reason: revocation))
        case .report(let finding), .replace(let finding):
            return .replace(Finding(reason: revocation, further: [finding.reason] + finding.further))
        }
    }
}

extension IssuanceProfile {
    /// Why no subject or alternative name can be made for a device; nil where they can.
    package func namingObstacle(for facts: DeviceFacts) -> Reason? {
        do throws(RotationError) {
            _ = try subject(for: facts)
            _ = try alternativeNames(for: facts)
            return nil
        } catch {
            return Reason(.subject, "\(error.message) (profile \(name))")
        }
    }
}
