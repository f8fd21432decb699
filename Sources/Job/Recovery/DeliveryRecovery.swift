import Delivery
import Fleet
import Issuing
import PKI
import Policy
import RotationModel
import System

/// Brings an inventory that was restored forward from what was signed and published after it was saved.
///
/// Nothing is published by it: the run that follows publishes, under greater sequences and CRL numbers. It may die at any moment: until it has
/// ended, the tree's mark keeps runs from working, and it can be started again.
package struct DeliveryRecovery: Sendable {
    let workspace: Workspace
    let at: Timestamp
    let actor: String
    let clock: any WallClock
    let observer: any RunObserver

    package init(
        _ workspace: Workspace, at: Timestamp, actor: String, clock: any WallClock = SystemClock(),
        observer: any RunObserver = SilentObserver()
    ) {
        (self.workspace, self.at, self.actor, self.clock) = (workspace, at, actor, clock)
        self.observer = observer
    }

    package func perform() async throws -> RecoveryReport {
        let (policies, _) = try workspace.loadPolicies()
        let authorities = try workspace.authorities()
        let lock = try FileLock(for: workspace.configuration)
        defer { withExtendedLifetime(lock) {} }
        let inventory = try workspace.openInventory(.readWrite)
        let keys = try workspace.signingKeys(authorities, needing: [], observer: observer)
        let tree = try DeliveryInspection(workspace.delivery)
        let manifests = ManifestsRecovery(
            inventory: inventory, observer: observer, tree: tree,
            reader: PublishedManifestReader(key: keys.manifests.publicKey, authorities: authorities),
            longNames: try longNames(inventory))
        // The mark does not tell of a file that somebody put there.
        guard let past = try RestoredPast.find(inventory, workspace) ?? manifests.firstNewer() else {
            return RecoveryReport()
        }
        let restored = try inventory.auditAnchor()
        let recorder = RunRecorder(
            inventory: inventory, tree: workspace.delivery, at: at, occasion: .mending("recover --from-delivery"),
            actor: actor,
            clock: clock, observer: observer, reports: workspace.reports, stop: .never)
        return try await recorder.keep(ending: { (report: RecoveryReport) in
            (
                RunOutcome.Ending.completed.rawValue,
                ["recovered-certificates": report.certificates, "recovered-revocations": report.entries.revoked]
            )
        }) { run in
            var report = RecoveryReport()
            report.past = past
            // What rules have revoked is known by their names: what they caused is told by it.
            _ = try RecordRevocations(run: run, rules: policies.revocations).perform()
            try manifests.perform(run.id, at: run.at, &report)
            try ListsRecovery(run: run, tree: tree, authorities: authorities).perform(&report)
            try inventory.recordRecovery(
                Recovery(entry: restored.entries, lostEntry: past.publishedEntry), run: run.id, at: at)
            return report
        }.value
    }

    private func longNames(_ inventory: any FleetStore) throws -> [SHA256Digest: DeviceID] {
        let devices = try inventory.planningSnapshot { try $0.longDeviceIDs(bytesOver: DeviceFileName.longest / 3) }
        return Dictionary(
            devices.map { (DeviceFileName.digest(of: $0), $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension RestoredPast {
    /// The entry of the audit that was published last; nil where only CRLs tell.
    fileprivate var publishedEntry: Int64? {
        switch self {
        case .older(let published, _), .forked(let published): published
        case .list, .manifest: nil
        }
    }
}
