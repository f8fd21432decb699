import Delivery
import Fleet
import Job
import RotationModel
import System

/// The gate of a workspace: what answers, and what it does beside that.
package struct GateService: Sendable {
    private let workspace: Workspace
    private let gate: GateConfiguration
    private let observer: any RunObserver
    private let router: GateRouter
    private let keeper: SpoolKeeper
    private let inventory: LiveInventory

    package var responder: any Responder { router }

    /// - Parameter observer: Is told what the operator has to see to.
    /// - Throws: Where the policies, the authorities' certificates or the spool cannot be read: then nobody could be answered.
    package init(_ workspace: Workspace, _ gate: GateConfiguration, observer: any RunObserver) throws {
        (self.workspace, self.gate, self.observer) = (workspace, gate, observer)
        keeper = SpoolKeeper(try Spool(root: Inbox.spoolPath(in: workspace.configuration.inbox.path)))
        inventory = LiveInventory { try workspace.openForDevices() }
        router = GateRouter(
            rules: try GateRules(of: workspace, accounts: gate.accounts), inventory: inventory,
            delivery: workspace.configuration.delivery,
            submissions: keeper, sightings: keeper, retry: RetryAfter(generator: SystemRandomNumberGenerator()),
            trouble: { observer.warn($0.description) })
    }

    /// Why devices cannot be answered now; nil where they can.
    package func trouble(at now: Timestamp) -> String? {
        do throws(RotationError) {
            try inventory.read(at: now) { _ in }
            return nil
        } catch {
            return error.description
        }
    }

    /// Answers by the policies and authorities as they stand now. Where they have a mistake, those of before go on.
    package func readRules() {
        do {
            router.adopt(try GateRules(of: workspace, accounts: gate.accounts))
        } catch {
            observer.warn("the gate goes on by the policies and authorities that it has: \(error)")
        }
    }

    /// Once a minute until the task is cancelled, and once more then: reads the rules again, and notes who was there.
    package func keepUp() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(60))
            if !Task.isCancelled { readRules() }
            do throws(RotationError) {
                try await keeper.note()
            } catch {
                observer.warn("who was at the gate cannot be noted now: \(error)")
            }
        }
    }
}
