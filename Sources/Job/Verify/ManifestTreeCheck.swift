import Delivery
import Fleet
import RotationModel
import System

/// What lies in the manifests' folders and has no record: a stranger's, a newer inventory's, or nobody's.
struct ManifestTreeCheck: VerificationCheck {
    let subject = "the manifests' folders"

    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws {
        let tree = try DeliveryInspection(scene.workspace.delivery)
        let longNames = try scene.inventory.planningSnapshot {
            // Encoded, no byte takes more than three characters.
            try $0.longDeviceIDs(bytesOver: DeviceFileName.longest / 3)
        }
        let walk = ManifestTreeWalk(
            tree: tree, inventory: scene.inventory,
            longNames: Dictionary(
                longNames.map { (DeviceFileName.digest(of: $0), $0) }, uniquingKeysWith: { first, _ in first }))
        scene.observer.began(.verifyTree, total: try scene.inventory.storedCounts().manifests)
        defer { scene.observer.ended(.verifyTree) }
        guard let top = try tree.listing(["manifests"]) else { return }
        try walk.strays(in: top, report)
        for first in top.folders {
            guard let middle = try tree.listing(["manifests", first]) else { continue }
            try walk.strays(in: middle, report)
            for second in middle.folders {
                guard let leaf = try tree.listing(["manifests", first, second]) else { continue }
                try walk.look(at: leaf, report)
                scene.observer.advanced(.verifyTree, by: leaf.files.count)
            }
        }
    }
}

private struct ManifestTreeWalk {
    let tree: DeliveryInspection
    let inventory: any FleetStore
    let longNames: [SHA256Digest: DeviceID]

    /// A folder that holds folders alone.
    func strays(in listing: DeliveryInspection.Listing, _ report: (Mismatch) throws -> Void) throws {
        try openness(listing, report)
        for name in listing.files where !TemporaryName.matches(name) {
            try report(stray(listing, name, "it is no manifest, and nothing that is published"))
        }
    }

    func look(at listing: DeliveryInspection.Listing, _ report: (Mismatch) throws -> Void) throws {
        try openness(listing, report)
        var devices: [(name: String, device: DeviceID)] = []
        for name in listing.files + listing.folders {
            if TemporaryName.matches(name) {
                try report(TemporaryName.mismatch(at: path(listing, name)))
            } else if let device = DeliveryInspection.device(
                ofManifest: name, in: listing.path, longNames: longNames)
            {
                devices.append((name, device))
            } else {
                try report(stray(listing, name, "by its name and place it is no device's manifest"))
            }
        }
        let known = try inventory.hasManifest(devices.map(\.device))
        for (name, device) in devices {
            switch known[device] {
            case true?: continue
            case false?:
                try report(
                    Mismatch(
                        "manifest-unrecorded", at: path(listing, name),
                        "no manifest is recorded for device \(device)", remedy: Mismatch.recovering))
            case nil:
                try report(
                    Mismatch(
                        "manifest-stranger", at: path(listing, name),
                        "the inventory has no device \(device)",
                        remedy: "find out whose it is; where it is nobody's, remove the file"))
            }
        }
    }

    private func openness(_ listing: DeliveryInspection.Listing, _ report: (Mismatch) throws -> Void) throws {
        guard let fault = PublishedMode.fault(listing.mode, of: 0o555) else { return }
        let path = ([tree.root] + listing.path).joined(separator: "/")
        try report(
            Mismatch(
                "permission", at: path, fault, remedy: "chmod 755 it, or `rotation-job verify --repair`",
                repair: .mode(path: path, 0o755)))
    }

    private func stray(_ listing: DeliveryInspection.Listing, _ name: String, _ what: String) -> Mismatch {
        Mismatch(
            "delivery-stray", at: path(listing, name), what,
            remedy: "find out who put it there, and remove it")
    }

    private func path(_ listing: DeliveryInspection.Listing, _ name: String) -> String {
        ([tree.root] + listing.path + [name]).joined(separator: "/")
    }
}

/// The names under which files are written before they take their own.
enum TemporaryName {
    static func matches(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(".new") }

    static func mismatch(at path: String) -> Mismatch {
        Mismatch(
            "temporary-file", at: path, "it is a temporary file, which whoever wrote it left behind",
            remedy: "`rotation-job verify --repair` removes it", repair: .remove(path: path))
    }
}
