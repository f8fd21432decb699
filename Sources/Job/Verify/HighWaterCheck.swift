import Delivery
import Fleet
import RotationModel

/// Whether the inventory is as new as what was published from it.
struct HighWaterCheck: VerificationCheck {
    let subject = "the high-water mark"

    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws {
        let tree = scene.workspace.delivery
        let place = "\(tree.root)/\(HighWaterMark.file)"
        if let past = try RestoredPast.find(scene.inventory, scene.workspace) {
            try report(Mismatch("inventory-older", at: place, past.sentence, remedy: Mismatch.recovering))
        }
        switch tree.highWaterMark() {
        case .mark: return
        case .unreadable(let why):
            try report(
                Mismatch(
                    "high-water-unreadable", at: place, why, remedy: Mismatch.repairing, repair: .foundations))
        case .missing:
            // What earlier versions published has none until the next run.
            guard try scene.inventory.storedCounts().manifests > 0 else { return }
            try report(
                Mismatch(
                    "high-water-missing", at: place,
                    "it is missing: that an older inventory is put in place would go unseen",
                    remedy: "the next run writes it; so does `rotation-job verify --repair`", repair: .foundations))
        }
    }
}
