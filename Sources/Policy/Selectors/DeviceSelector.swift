import RotationModel

/// Which devices a policy or a revocation is for. All conditions that are given must hold; of a list, one must.
package struct DeviceSelector: Sendable {
    /// Accounts of which the device's must be one; empty where any will do.
    package let accounts: [String]
    /// For each label, the values of which the device's must be one. A device without the label does not match.
    package let labels: [String: [String]]
    /// For each label, the values that exclude a device. A device without the label is not excluded.
    package let notLabels: [String: [String]]
    /// Patterns of which the device id must match one; empty where any will do.
    package let devices: [Glob]
    /// Names of which the issuer of the current certificate (of a revocation, of the certificate that is judged) must be
    /// one; empty where any will do.
    package let issuers: [DistinguishedNameText]

    /// All of these must hold. Matching and explaining both ask them, so that the two cannot disagree.
    private let conditions: [SelectorCondition]

    package init(
        accounts: [String] = [], labels: [String: [String]] = [:], notLabels: [String: [String]] = [:],
        devices: [Glob] = [], issuers: [DistinguishedNameText] = []
    ) {
        self.accounts = accounts
        self.labels = labels
        self.notLabels = notLabels
        self.devices = devices
        self.issuers = issuers
        var conditions: [SelectorCondition] = []
        if !accounts.isEmpty { conditions.append(.account(accounts)) }
        for (name, values) in labels.sorted(by: { $0.key < $1.key }) { conditions.append(.label(name, values)) }
        for (name, values) in notLabels.sorted(by: { $0.key < $1.key }) { conditions.append(.notLabel(name, values)) }
        if !devices.isEmpty { conditions.append(.device(devices)) }
        if !issuers.isEmpty { conditions.append(.issuer(issuers)) }
        self.conditions = conditions
    }

    /// Whether it is for every device.
    package var isEmpty: Bool {
        accounts.isEmpty && labels.isEmpty && notLabels.isEmpty && devices.isEmpty && issuers.isEmpty
    }

    /// Everything but the device patterns.
    package func matches(_ facts: SelectorFacts) -> Bool {
        conditions.allSatisfy { $0.holds(for: facts) }
    }

    /// The device patterns alone.
    package func matches(_ device: DeviceID) -> Bool {
        conditions.allSatisfy { $0.holds(for: device) }
    }

    /// Each condition with what the device has, in the order in which they are documented. The selector matches where all
    /// of them hold; one without conditions matches every device.
    package func explained(for facts: SelectorFacts, device: DeviceID) -> [ExplainedCondition] {
        conditions.map { $0.explained(for: facts, device: device) }
    }
}
