import Fleet
import PKI
import RotationModel
import System

/// Moves a workspace's inventory from one engine to another.
package struct InventoryCopy: Sendable {
    let workspace: Workspace
    let observer: any RunObserver

    package init(_ workspace: Workspace, observer: any RunObserver = SilentObserver()) {
        (self.workspace, self.observer) = (workspace, observer)
    }

    /// What was copied, and where to.
    package struct Outcome: Sendable {
        package let place: String
        package let tables: [CopiedTable]
    }

    /// Copies everything, under the workspace's lock: nothing runs meanwhile. The inventory that was copied stays, and stays the workspace's.
    ///
    /// - Parameter target: `postgresql://…`, or a file that is not there yet.
    /// - Throws: ``RotationError/Code/io`` where there is something already; ``RotationError/Code/locked`` where a run is under way for longer than
    ///   the patience lasts.
    package func perform(to target: String, schema: String?, patience: LockPatience) throws -> Outcome {
        let location = try InventoryLocation(named: target, schema: schema)
        let lock = try FileLock(for: workspace.configuration, patience)
        defer { withExtendedLifetime(lock) {} }
        let source = try workspace.openForChange()
        let claim = try source.claimRuns()
        defer { withExtendedLifetime(claim) {} }
        let copy = try makeOrOpen(location)
        do {
            let tables = try copied(source, to: copy)
            if let entry = try copy.verifyAuditChain() {
                throw RotationError(
                    .inventory, "the audit's chain breaks at entry \(entry), in the copy as in what was copied",
                    at: location.text, advice: "see `rotation-job verify` before anything else")
            }
            return Outcome(place: location.text, tables: tables)
        } catch {
            // A file that this made, and that holds nothing.
            if let file = location.file { for suffix in ["", "-wal", "-shm"] { try? Files.remove(file + suffix) } }
            throw error
        }
    }

    private func copied(_ source: any FleetStore, to copy: any FleetStore) throws -> [CopiedTable] {
        observer.began(.copying, total: nil)
        defer { observer.ended(.copying) }
        var (current, done) = ("", 0)
        return try source.copyAll(to: copy) { table, rows in
            if table != current { (current, done) = (table, 0) }
            observer.advanced(.copying, by: rows - done)
            done = rows
        }
    }

    /// A registry that a database's administrator made is there already, and empty.
    private func makeOrOpen(_ location: InventoryLocation) throws -> any FleetStore {
        if case .postgres = location, let there = try? workspace.open(location, .readWrite) { return there }
        return try location.create(sha256: SHA256.digest)
    }
}

extension InventoryLocation {
    /// As a person names one: an address of PostgreSQL, or a file.
    ///
    /// - Throws: ``RotationError/Code/usage`` where it is neither.
    package init(named text: String, schema: String? = nil) throws(RotationError) {
        guard text.contains("://") else {
            guard schema == nil else {
                throw RotationError(.usage, "a file has no schema", at: text, advice: "leave --schema out")
            }
            self = .sqlite(WorkspacePath.absolute(text))
            return
        }
        do {
            self = .postgres(try PostgresLocation(text, schema: schema ?? PostgresLocation.defaultSchema))
        } catch {
            throw RotationError(.usage, error.message, advice: error.advice)
        }
    }
}
