import Fleet
import Issuing
import Policy
import RotationModel

/// Names of what a workspace has, for shells that complete them.
extension Workspace {
    /// Lists of a million devices help nobody who presses a key.
    private static let mostNames = 100
    /// Devices that are looked at. Whoever has more types a longer beginning in vain; an answer within a blink is worth that.
    private static let mostDevices = 20_000

    /// Ids of devices that start with some text, in the order of their bytes; at most a hundred.
    package func deviceNames(startingWith beginning: String) throws -> [String] {
        struct Enough: Error {}
        var names: [String] = []
        var looked = 0
        do {
            try openInventory(.readOnly).list { device in
                let id = device.device.text
                looked += 1
                if id.hasPrefix(beginning) { names.append(id) }
                let isPast = !names.isEmpty && !id.hasPrefix(beginning)
                if isPast || names.count == Workspace.mostNames || looked == Workspace.mostDevices { throw Enough() }
            }
        } catch is Enough {
            return names
        }
        return names
    }

    package func policyNames() throws -> [String] { try loadPolicies().set.policies.map(\.name) }

    package var authorityNames: [String] { configuration.authorities.map(\.name) }
}
