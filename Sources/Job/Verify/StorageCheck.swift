import Fleet
import RotationModel

/// What the engine itself finds wrong with the inventory's file.
struct StorageCheck: VerificationCheck {
    let subject = "the inventory's file"
    /// More say nothing new.
    private static let most = 100

    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws {
        for fault in try scene.inventory.storageFaults(limit: StorageCheck.most) {
            try report(
                Mismatch(
                    "inventory-damaged", at: scene.workspace.configuration.inventory.text, fault,
                    remedy: Mismatch.restoring))
        }
    }
}

/// Facts of the inventory that cannot hold together: lineage, rotations, serial numbers set aside, revocations.
struct ContradictionCheck: VerificationCheck {
    let subject = "the inventory's facts"

    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws {
        try scene.inventory.forEachContradiction { found in
            try report(
                Mismatch(
                    found.kind, at: found.device.map { "device \($0)" } ?? "the inventory", found.sentence,
                    remedy: Mismatch.restoring))
        }
    }
}
