import Fleet
import Lifecycle
import Policy
import RotationModel

/// Finds out which devices were seen, and whose new certificates are proved by that.
///
/// Who is let in by a certificate has signed the handshake with its key. So a device that spoke to the gate by the certificate that waits for its
/// proof has given it, where the policy takes that for one (`issuance.confirm: request`).
package struct SeenCheck: Sendable {
    let policies: PolicySet
    let confirmations: ConfirmationCheck

    package init(policies: PolicySet, confirmations: ConfirmationCheck) {
        (self.policies, self.confirmations) = (policies, confirmations)
    }

    package struct Outcome: Sendable {
        /// Each device once.
        package var devices: [SeenDevice] = []
        package var confirmed: [ConfirmationOrder] = []
    }

    package func judge(_ seen: [Fingerprint: Timestamp], _ snapshot: any FleetView) throws -> Outcome {
        var outcome = Outcome()
        var last: [Int64: Timestamp] = [:]
        let certificates = seen.sorted { $0.key.digest.bytes.lexicographicallyPrecedes($1.key.digest.bytes) }
        for (fingerprint, time) in certificates {
            // A gate's clock that ran ahead must not make a device seem to be there for years to come.
            let at = min(time, confirmations.at)
            let claims = try snapshot.certificates(withFingerprint: fingerprint)
            // Of two devices with one certificate nobody knows which it was.
            guard let claim = claims.first, claims.count == 1 else { continue }
            last[claim.deviceRow] = last[claim.deviceRow].map { max($0, at) } ?? at
            if let order = try confirmation(claim, at: at, snapshot) { outcome.confirmed.append(order) }
        }
        outcome.devices = last.sorted { $0.key < $1.key }.map { SeenDevice(deviceRow: $0.key, at: $0.value) }
        return outcome
    }

    private func confirmation(
        _ claim: RevocableCertificate, at: Timestamp, _ snapshot: any FleetView
    ) throws -> ConfirmationOrder? {
        guard claim.status == .pendingActivation || claim.status == .active, claim.confirmedAt == nil,
            let rotation = try snapshot.confirmationContext(claim.device)?.rotation,
            rotation.state == .issued || rotation.state == .delivered, rotation.replacement.row == claim.row,
            try policy(of: claim, snapshot)?.confirm == .request,
            (try? confirmations.checkReplacement(rotation.replacement)) != nil
        else { return nil }
        return ConfirmationOrder(
            deviceRow: claim.deviceRow, device: claim.device, rotation: rotation.row, certificateRow: claim.row,
            fingerprint: claim.fingerprint, sequence: rotation.sequences.upperBound, time: at, digest: nil)
    }

    /// The policy that decides for the device; nil where none does, or several claim to.
    private func policy(of claim: RevocableCertificate, _ snapshot: any FleetView) throws -> RotationPolicy? {
        guard policies.policies.contains(where: { $0.confirm == .request }),
            let context = try snapshot.intakeContext(claim.device)
        else { return nil }
        // Where no certificate is ACTIVE any more, the new one is all that there is.
        let issuer = try context.currentIssuer ?? snapshot.issuerName(claim.issuer)
        let facts = SelectorFacts(account: context.account.text, labels: context.labels.values, issuer: issuer)
        guard case .one(let index) = policies.select(for: facts, device: claim.device) else { return nil }
        return policies.policies[index]
    }
}
