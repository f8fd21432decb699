public import RotationModel

/// Which devices a policy or a revocation is for. All conditions that are given must hold; of a list, one must.
public struct DeviceSelector: Sendable {
    /// Accounts of which the device's must be one; empty where any will do.
    public let accounts: [String]
    /// For each label, the values of which the device's must be one. A device without the label does not match.
    public let labels: [String: [String]]
    /// For each label, the values that exclude a device. A device without the label is not excluded.
    public let notLabels: [String: [String]]
    /// Patterns of which the device id must match one; empty where any will do.
    public let devices: [Glob]
    /// Names of which the issuer of the current certificate (of a revocation, of the certificate that is judged) must be
    /// one; empty where any will do.
    public let issuers: [DistinguishedNameText]

    public init(
        accounts: [String] = [], labels: [String: [String]] = [:], notLabels: [String: [String]] = [:],
        devices: [Glob] = [], issuers: [DistinguishedNameText] = []
    ) {
        self.accounts = accounts
        self.labels = labels
        self.notLabels = notLabels
        self.devices = devices
        self.issuers = issuers
    }

    /// Whether it is for every device.
    public var isEmpty: Bool {
        accounts.isEmpty && labels.isEmpty && notLabels.isEmpty && devices.isEmpty && issuers.isEmpty
    }

    /// Everything but the device patterns.
    public func matches(_ facts: SelectorFacts) -> Bool {
        (accounts.isEmpty || accounts.contains(facts.account))
            && labels.allSatisfy { name, values in facts.labels[name].map(values.contains) ?? false }
            && notLabels.allSatisfy { name, values in !(facts.labels[name].map(values.contains) ?? false) }
            && (issuers.isEmpty || issuers.contains(DistinguishedNameText(facts.issuer)))
    }

    /// The device patterns alone.
    public func matches(_ device: DeviceID) -> Bool {
        devices.isEmpty || devices.contains { $0.matches(device.text) }
    }
}
