import RotationModel

/// Where a policy or a profile stands.
public struct PolicyPlace: Hashable, Sendable, CustomStringConvertible {
    /// As shown to the user.
    public let file: String
    /// From 1: the line of its `- name`.
    public let line: Int

    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    /// `policies/sensors.yaml:3`
    public var description: String { "\(file):\(line)" }
}

/// One checked policy: for which devices, when, and what they get.
///
/// A class, since it never changes and is looked at for each device of a fleet.
public final class RotationPolicy: Sendable {
    public let name: String
    public let owner: String?
    public let description: String?
    /// Higher wins.
    public let priority: Int
    public let place: PolicyPlace
    public let match: DeviceSelector
    public let expiry: ExpiryRule
    public let compliance: ComplianceRule
    public let rekey: RekeyRule
    /// What the policy says; nil where it does not, and ``requests`` is the standard.
    public let statedRequests: RequestRule?
    public let profile: IssuanceProfile
    /// Certificates that are signed and recorded together, 1 to 100,000.
    public let batch: Int
    /// Certificates in one run; nil where only the workspace's limits hold.
    public let perRun: Int?
    /// When, to whom first, and when to stop.
    public let rollout: RolloutRule

    /// How the spread's hash is computed.
    let sha256: SHA256Function

    init(
        name: String, owner: String?, description: String?, priority: Int, place: PolicyPlace, match: DeviceSelector,
        expiry: ExpiryRule, compliance: ComplianceRule, rekey: RekeyRule, requests: RequestRule?,
        profile: IssuanceProfile,
        batch: Int, perRun: Int?, rollout: RolloutRule, sha256: @escaping SHA256Function
    ) {
        (self.name, self.owner, self.description, self.priority) = (name, owner, description, priority)
        (self.place, self.match, self.expiry, self.compliance) = (place, match, expiry, compliance)
        (self.rekey, self.statedRequests, self.profile) = (rekey, requests, profile)
        (self.batch, self.perRun) = (batch, perRun)
        (self.rollout, self.sha256) = (rollout, sha256)
    }

    /// The certificates that one transaction records, where a policy does not say.
    public static let defaultBatch = 500

    public var requests: RequestRule { statedRequests ?? .any }

    /// What is done about older `ACTIVE` certificates beside the current one; nil where they are not looked for.
    public var superseded: SupersededAction? { compliance.superseded }
}
