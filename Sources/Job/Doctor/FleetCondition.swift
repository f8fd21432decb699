import Basics
import Fleet
import LocatedYAML
import Planning
import Policy
import RotationModel
import System

/// The fleet, and the policies that look after it.
struct FleetCondition: Condition {
    /// Where policies are read from.
    let policyFolder: String
    let inventory: String
    /// Mistakes in the policies, which hide everything else.
    var mistakes: [Diagnostic] = []
    /// Why the fleet cannot be looked at.
    var error: RotationError?
    var hasPolicies = true
    var devices = 1
    /// Devices that no policy matches.
    var uncovered: [DeviceID] = []
    /// Devices that are due, and cannot go on.
    var blocked = 0
    /// Whether the job was ever started.
    var hasRun = true

    var findings: [Finding] {
        if !mistakes.isEmpty { return mistakes.map { Finding("policy", at: $0.place, $0.message, remedy: $0.help) } }
        if let error { return [Finding("fleet", error, at: inventory)] }
        var found: [Finding] = []
        if !hasPolicies {
            found.append(
                Finding(
                    "no-policy", at: policyFolder, "there is no policy: nothing is rotated",
                    remedy:
                        "cp \(policyFolder)/starter.yaml.example \(policyFolder)/starter.yaml, or start from the shipped examples; then `rotation-job policy check`"
                ))
        }
        guard devices > 0 else {
            return found + [
                Finding(
                    "inventory-empty", at: inventory, "there is no device in it",
                    remedy: "rotation-job inventory import FLEET.csv")
            ]
        }
        if hasPolicies { found += coverage }
        if !hasRun {
            found.append(
                Finding(
                    "never-run", at: inventory, "the job was never started",
                    remedy: "`rotation-job plan` shows what it would do, `rotation-job run` does it"))
        }
        return found
    }

    private var coverage: [Finding] {
        var found: [Finding] = []
        if let first = uncovered.first {
            found.append(
                Finding(
                    "uncovered", at: policyFolder,
                    "no policy matches \(counted(uncovered.count, "device")), such as \(first.text): nobody looks after \(uncovered.count == 1 ? "it" : "them")",
                    remedy:
                        "`rotation-job policy explain -- DEVICE` says why each policy does not match; widen one, or write one with `match: {}`"
                ))
        }
        if blocked > 0 {
            found.append(
                Finding(
                    "blocked", at: policyFolder, "\(counted(blocked, "device")) due and blocked",
                    remedy: "`rotation-job plan` says by what"))
        }
        return found
    }
}

extension FleetCondition {
    /// Looks: plans, as `plan` does.
    init(_ workspace: Workspace, at: Timestamp, observer: any RunObserver) async {
        policyFolder = workspace.configuration.policies.first ?? workspace.configuration.root
        inventory = workspace.configuration.inventory.text
        // That it is missing is said elsewhere.
        guard workspace.hasInventory else { return }
        do {
            hasPolicies = try !workspace.loadPolicies().set.policies.isEmpty
            let store = try workspace.openInventory(.readOnly)
            devices = try store.planningSnapshot { try $0.deviceCount }
            hasRun = try !store.recentRuns(limit: 1).isEmpty
            guard devices > 0 else { return }
            let plan = try await DryRun(workspace, at: at, observer: observer).plan()
            uncovered = plan.decisions.filter { $0.action.name == .uncovered }.map(\.device)
            blocked = plan.count(.blocked)
        } catch let error as PolicyMistakes {
            mistakes = error.diagnostics.filter { $0.severity == .error }
        } catch {
            self.error = error as? RotationError ?? RotationError(.io, "\(error)")
        }
    }
}
