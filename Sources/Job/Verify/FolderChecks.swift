import Delivery
import Fleet
import RotationModel
import System

/// Temporary files beside what is published and reported. What devices and the gate write is theirs.
struct TemporaryFileCheck: VerificationCheck {
    let subject = "the folders of the workspace"

    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws {
        let configuration = scene.workspace.configuration
        let folders =
            [
                configuration.delivery, "\(configuration.delivery)/authorities", "\(configuration.delivery)/crl",
                configuration.reports, "\(configuration.inbox.path)/rejected",
            ] + [configuration.inventory.file].compactMap { $0.map(WorkspacePath.folder) }
        var seen: Set<String> = []
        for folder in folders where seen.insert(folder).inserted && Files.isFolder(folder) {
            for name in try Folder(opening: folder).names() where TemporaryName.matches(name) {
                try report(TemporaryName.mismatch(at: "\(folder)/\(name)"))
            }
        }
    }
}

/// Who may read and write what: the inventory and the folders that a run goes by, and what devices fetch.
struct PermissionCheck: VerificationCheck {
    let subject = "the permissions"

    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws {
        for (path, fault) in scene.workspace.doorFaults() {
            try report(Mismatch("permission", at: path, fault.what, remedy: fault.advice))
        }
        if let inventory = scene.workspace.configuration.inventory.file,
            let found = FileIdentity.following(inventory), found.mode & 0o004 != 0
        {
            try report(
                Mismatch(
                    "permission", at: inventory,
                    "it has mode \(String(found.mode, radix: 8)): everybody may read the fleet's inventory",
                    remedy: "chmod o-rwx \(inventory)"))
        }
        try lookAtPublished(DeliveryInspection(scene.workspace.delivery), report)
    }

    private func lookAtPublished(_ tree: DeliveryInspection, _ report: (Mismatch) throws -> Void) throws {
        for folder in [[], ["authorities"], ["crl"]] {
            guard let listing = try tree.listing(folder) else { continue }
            let place = ([tree.root] + folder).joined(separator: "/")
            // Who may see into the tree itself is the operator's choice.
            if !folder.isEmpty, let fault = PublishedMode.fault(listing.mode, of: 0o555) {
                try report(mismatch(place, fault, 0o755))
            }
            for name in listing.files where !TemporaryName.matches(name) {
                guard let mode = tree.identity(folder, name)?.mode,
                    let fault = PublishedMode.fault(mode, of: Files.published)
                else { continue }
                try report(mismatch("\(place)/\(name)", fault, Files.published))
            }
        }
    }

    private func mismatch(_ path: String, _ fault: String, _ mode: UInt32) -> Mismatch {
        Mismatch(
            "permission", at: path, fault,
            remedy: "chmod \(String(mode, radix: 8)) \(path), or `rotation-job verify --repair`",
            repair: .mode(path: path, mode))
    }
}
