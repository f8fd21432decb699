import Fleet
import Issuing
import Policy
import RotationModel
import System

/// Mends what `verify` finds and what takes no person: publishes again from the records, and removes temporary files.
///
/// No fact changes. Where the inventory itself is damaged, nothing is published from it.
package struct VerificationRepair: Sendable {
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

    /// What there is to do, and whether the records may be published.
    private struct Work {
        var manifests: [Int64] = []
        var lists: Set<String> = []
        var hasFoundations = false
        var files: [Mismatch.Repair] = []
        var isInventoryDamaged = false

        var isPublishing: Bool { !isInventoryDamaged && (hasFoundations || !manifests.isEmpty || !lists.isEmpty) }

        mutating func add(_ mismatch: Mismatch) {
            switch mismatch.repair {
            case .manifest(let device): manifests.append(device)
            case .list(let name): lists.insert(name)
            case .foundations: hasFoundations = true
            case .remove, .mode: files += [mismatch.repair].compactMap { $0 }
            case nil: isInventoryDamaged = isInventoryDamaged || mismatch.remedy == Mismatch.restoring
            }
        }
    }

    /// Looks at everything once, and mends what it may, under the workspace's lock.
    ///
    /// - Returns: what was mended, in counts by kind; those that are not empty.
    package func perform() async throws -> [(what: String, count: Int)] {
        let lock = try FileLock(for: workspace.configuration)
        defer { withExtendedLifetime(lock) {} }
        var work = Work()
        _ = try await Verification(workspace, at: at, observer: observer).perform { work.add($0) }
        var mended: [(what: String, count: Int)] = [("file", try mend(work.files))]
        if work.isInventoryDamaged {
            observer.warn("the inventory is damaged: nothing is published from it")
        } else if work.isPublishing {
            mended += try await publish(work)
        }
        return mended.filter { $0.count > 0 }
    }

    private func mend(_ files: [Mismatch.Repair]) throws -> Int {
        for repair in files {
            switch repair {
            case .remove(let path): try folder(of: path).remove(name(of: path))
            case .mode(let path, let mode): try folder(of: path).setMode(of: name(of: path), mode)
            case .manifest, .foundations, .list: break
            }
        }
        return files.count
    }

    private func folder(of path: String) throws -> Folder { try Folder(opening: WorkspacePath.folder(of: path)) }

    private func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// As a run of its own, so that the records say who published what.
    private func publish(_ work: Work) async throws -> [(what: String, count: Int)] {
        let (policies, _) = try workspace.loadPolicies()
        let authorities = try workspace.authorities()
        let inventory = try workspace.openForChange()
        let damaged = Set(try inventory.crlStates().filter { work.lists.contains($0.name) }.map(\.authority))
        let signing = workspace.signingAuthorities(policies, at: at).union(damaged)
            .filter { authorities[$0]?.configuration.issuer == nil }
        let keys = try workspace.signingKeys(authorities, needing: signing, observer: observer)
        let recorder = RunRecorder(
            inventory: inventory, tree: workspace.delivery, at: at, occasion: .mending("verify --repair"), actor: actor,
            clock: clock, observer: observer, reports: workspace.reports, stop: .never)
        return try await recorder.keep(ending: { done in
            (
                RunOutcome.Ending.completed.rawValue,
                Dictionary(done.map { ("mended-\($0.what)s", $0.count) }, uniquingKeysWith: +)
            )
        }) { run in
            let publisher = Publisher(run, tree: workspace.delivery, keys: keys, authorities: authorities)
            try publisher.publishFoundations(authorities)
            for rows in work.manifests.chunked(by: VerificationScene.page) {
                try inventory.reopenManifests(ofDevices: Array(rows))
            }
            for name in work.lists.sorted() { try inventory.reopenCRL(name) }
            let manifests = try await publisher.publishLeftovers { observer.advanced(.recover, by: $0) }
            let lists =
                work.lists.isEmpty
                ? ListsOutcome()
                : try RevocationLists(
                    run: run, tree: workspace.delivery, keys: keys, authorities: authorities, policies: policies
                ).perform()
            return [
                ("foundation", work.hasFoundations ? 1 : 0), ("manifest", manifests), ("CRL", lists.published.count),
            ]
        }.value
    }
}
