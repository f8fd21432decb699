import RotationModel

/// One checked policy: for which devices, when, and what they get.
///
/// A class, since it never changes and is looked at for each device of a fleet.
package final class RotationPolicy: Sendable {
    package let name: String
    package let owner: String?
    package let description: String?
    /// Higher wins.
    package let priority: Int
    package let place: PolicyPlace
    package let match: DeviceSelector
    package let expiry: ExpiryRule
    package let compliance: ComplianceRule
    package let rekey: RekeyRule
    /// What the policy says; nil where it does not, and ``requests`` is the standard.
    package let statedRequests: RequestRule?
    package let confirm: ConfirmRule
    package let profile: IssuanceProfile
    /// Certificates that are signed and recorded together, 1 to 100,000.
    package let batch: Int
    /// Certificates in one run; nil where only the workspace's limits hold.
    package let perRun: Int?
    /// When, to whom first, and when to stop.
    package let rollout: RolloutRule

    /// How the spread's hash is computed.
    let sha256: SHA256Function

    init(
        name: String, owner: String?, description: String?, priority: Int, place: PolicyPlace, match: DeviceSelector,
        expiry: ExpiryRule, compliance: ComplianceRule, rekey: RekeyRule, requests: RequestRule?,
        confirm: ConfirmRule = .ack, profile: IssuanceProfile,
        batch: Int, perRun: Int?, rollout: RolloutRule, sha256: @escaping SHA256Function
    ) {
        (self.name, self.owner, self.description, self.priority) = (name, owner, description, priority)
        (self.place, self.match, self.expiry, self.compliance) = (place, match, expiry, compliance)
        (self.rekey, self.statedRequests, self.confirm, self.profile) = (rekey, requests, confirm, profile)
        (self.batch, self.perRun) = (batch, perRun)
        (self.rollout, self.sha256) = (rollout, sha256)
    }

    /// The certificates that one transaction records, where a policy does not say.
    package static let defaultBatch = 500

    package var requests: RequestRule { statedRequests ?? .any }

    /// What is done about older `ACTIVE` certificates beside the current one; nil where they are not looked for.
    package var superseded: SupersededAction? { compliance.superseded }
}
