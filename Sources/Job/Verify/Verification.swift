import Fleet
import Issuing
import PKI
import RotationModel
import System

/// Holds the inventory, what is published and the audit against each other. It changes nothing.
package struct Verification: Sendable {
    let workspace: Workspace
    let at: Timestamp
    let observer: any RunObserver

    package init(_ workspace: Workspace, at: Timestamp, observer: any RunObserver = SilentObserver()) {
        (self.workspace, self.at, self.observer) = (workspace, at, observer)
    }

    /// In the order in which they are done: what the others rest on comes first.
    static let checks: [any VerificationCheck] = [
        StorageCheck(), ContradictionCheck(), HighWaterCheck(), CertificateCheck(), RequestRecordCheck(),
        AuditCheck(), KeyFileCheck(),
        KeySetCheck(), ChainCheck(), ManifestCheck(), ManifestTreeCheck(), RevocationListCheck(), TemporaryFileCheck(),
        PermissionCheck(),
    ]

    /// - Parameter report: hears of each mismatch as it is found.
    /// - Returns: how many there are.
    package func perform(report: (Mismatch) throws -> Void) async throws -> Int {
        let scene = try scene()
        if let run = try scene.inventory.interruptedRuns().first {
            observer.warn("run \(run) has not ended: what it is about to publish may be told as a mismatch")
        }
        var count = 0
        for check in Verification.checks {
            func counted(_ mismatch: Mismatch) throws {
                count += 1
                try report(mismatch)
            }
            do {
                try await check.look(at: scene, report: counted)
            } catch let error as RotationError {
                try counted(
                    Mismatch(
                        "unreadable", at: error.place.isEmpty ? check.subject : error.place,
                        "\(check.subject) cannot be looked at: \(error.message)",
                        remedy: error.advice.isEmpty ? Mismatch.restoring : error.advice))
            }
        }
        return count
    }

    func scene() throws -> VerificationScene {
        var manifestKey: PublicKeyInfo?
        if let key = workspace.configuration.manifests?.key, case .file = key.source {
            manifestKey = try? KeyLoading(key: key, observer: SilentObserver()).load().publicKey
        }
        return VerificationScene(
            workspace: workspace, inventory: try workspace.openInventory(.readOnly),
            authorities: try workspace.authorities(), manifestKey: manifestKey, at: at, observer: observer)
    }
}
