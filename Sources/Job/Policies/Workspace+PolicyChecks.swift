import Fleet
import Issuing
import LocatedYAML
import PKI
import Policy
import RotationModel
import System

extension Workspace {
    /// Checks policy files as ``loadPolicies()`` does, and tells what is wrong with them; where nothing is, also what they mean
    /// for the inventory, if there is one.
    ///
    /// - Parameters:
    ///   - paths: files or folders; none means those of the configuration.
    ///   - at: for the deadlines of revocations; nil to leave the inventory and the authorities' programs aside.
    package func checkPolicies(_ paths: [String], at: Timestamp?) throws -> CheckedPolicies {
        let files =
            paths.isEmpty
            ? try readPolicies()
            : try Workspace.policyFiles(named: paths)
        let authorities = try authorities()
        let loaded = PolicySet.load(files, authorities: authorities.facts, sha256: SHA256.digest)
        let passedOver =
            paths.isEmpty
            ? PolicyFilesPassedOver(paths: configuration.policies, root: configuration.root)
            : PolicyFilesPassedOver(paths: paths, root: "")
        guard let at else { return try CheckedPolicies(files, loaded, nil, passedOver: passedOver.diagnostics) }
        let fleet = try hasInventory ? (inventory: openInventory(.readOnly), at: at) : nil
        return try CheckedPolicies(
            files, loaded, fleet, authorities: authorities, passedOver: passedOver.diagnostics)
    }

    /// Checks policy files that belong to no workspace: their references to authorities are taken on trust.
    package static func checkLonePolicies(_ paths: [String]) throws -> CheckedPolicies {
        let files = try policyFiles(named: paths)
        return try CheckedPolicies(
            files, PolicySet.load(files, authorities: nil, sha256: SHA256.digest), nil,
            passedOver: PolicyFilesPassedOver(paths: paths, root: "").diagnostics)
    }

    /// Tells of each file that stands among the policies and is not read.
    package func tellOfPassedOverPolicies(_ observer: any RunObserver) {
        for found in PolicyFilesPassedOver(paths: configuration.policies, root: configuration.root).diagnostics {
            observer.warn("\(found.file): \(found.message); \(found.help)")
        }
    }
}
