import RotationModel

/// One condition of a ``DeviceSelector``.
enum SelectorCondition: Sendable {
    case account([String])
    case label(String, [String])
    case notLabel(String, [String])
    case device([Glob])
    case issuer([DistinguishedNameText])

    /// A condition on the device id alone holds for any facts.
    func holds(for facts: SelectorFacts) -> Bool {
        switch self {
        case .account(let accounts): accounts.contains(facts.account)
        case .label(let name, let values): facts.labels[name].map(values.contains) ?? false
        case .notLabel(let name, let values): !(facts.labels[name].map(values.contains) ?? false)
        case .issuer(let issuers): issuers.contains(DistinguishedNameText(facts.issuer))
        case .device: true
        }
    }

    /// A condition on anything but the device id holds for any device.
    func holds(for device: DeviceID) -> Bool {
        guard case .device(let globs) = self else { return true }
        return globs.contains { $0.matches(device.text) }
    }

    func explained(for facts: SelectorFacts, device: DeviceID) -> ExplainedCondition {
        let (key, expected, found): (String, [String], String?) =
            switch self {
            case .account(let accounts): ("account", accounts, facts.account)
            case .label(let name, let values): ("labels.\(name)", values, facts.labels[name])
            case .notLabel(let name, let values): ("notLabels.\(name)", values, facts.labels[name])
            case .device(let globs): ("device", globs.map(\.description), device.text)
            case .issuer(let issuers): ("issuer", issuers.map(\.description), facts.issuer)
            }
        return ExplainedCondition(
            key: key, expected: expected, found: found, holds: holds(for: facts) && holds(for: device))
    }
}

/// One condition of a `match`, and how it came out for a device.
package struct ExplainedCondition: Sendable, Hashable {
    /// As the policy file has it: `account`, `labels.product`, `notLabels.stage`, `device`, `issuer`.
    package let key: String
    /// What the file says; of several, one has to fit (of `notLabels`, none may).
    package let expected: [String]
    /// What the device has; nil for a label that it has not.
    package let found: String?
    package let holds: Bool
}
