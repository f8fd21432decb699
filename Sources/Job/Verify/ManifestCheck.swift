import Basics
import Delivery
import Fleet
import PKI
import RotationModel
import System

/// Every recorded manifest: whether it lies where its device looks, verifies, and says what is recorded.
struct ManifestCheck: VerificationCheck {
    let subject = "the manifests"

    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws {
        scene.observer.began(.verifyManifests, total: try scene.inventory.storedCounts().manifests)
        defer { scene.observer.ended(.verifyManifests) }
        let comparison = ManifestComparison(
            tree: try DeliveryInspection(scene.workspace.delivery), key: scene.manifestKey,
            chains: scene.authorities.chains)
        var last: Int64 = 0
        while true {
            let page = try scene.inventory.storedManifests(after: last, limit: VerificationScene.page)
            guard let end = page.last else { return }
            last = end.row
            let found = try await withTaskExecutorPreference(BlockingThreads.shared) {
                try await Parallel.map(page) { share in share.map(comparison.mismatches) }
            }
            for mismatch in found.joined() { try report(mismatch) }
            scene.observer.advanced(.verifyManifests, by: page.count)
        }
    }
}

/// Holds one device's published manifest against its record.
private struct ManifestComparison: Sendable {
    let tree: DeliveryInspection
    let key: PublicKeyInfo?
    let chains: [String: [String]]

    func mismatches(_ stored: StoredManifest) -> [Mismatch] {
        let record = stored.record
        switch tree.manifest(of: record.device) {
        case .missing:
            return [
                stored.isPublished
                    ? mismatch(stored, "manifest-missing", "it is not there; its sequence is \(record.sequence)")
                    : unpublished(stored)
            ]
        case .unreadable(let why):
            return [mismatch(stored, "manifest-unreadable", why)]
        case .file(let bytes, let mode):
            return (content(stored, bytes).map { [$0] } ?? []) + openness(stored, mode)
        }
    }

    private func content(_ stored: StoredManifest, _ bytes: [UInt8]) -> Mismatch? {
        let jws: UnverifiedJWS
        do {
            jws = try UnverifiedJWS(reading: bytes)
            if let key { try jws.verify(with: key) }
        } catch .malformed(let why) {
            return mismatch(stored, "manifest-unreadable", why)
        } catch {
            return mismatch(stored, "manifest-signature", "its signature is not by the key for manifests")
        }
        guard jws.type == Manifest.type else {
            return mismatch(stored, "manifest-signature", "what is signed is no manifest")
        }
        let wanted = Manifest(stored.record, chains: chains).payload
        return jws.payload == wanted ? nil : difference(stored, jws.payload, wanted)
    }

    private func difference(_ stored: StoredManifest, _ published: [UInt8], _ wanted: [UInt8]) -> Mismatch? {
        guard case .object(let found)? = try? JSONValue(reading: published),
            case .object(let recorded)? = try? JSONValue(reading: wanted)
        else { return mismatch(stored, "manifest-unreadable", "what is signed is not JSON") }
        let sequence = if case .number(let digits)? = found["sequence"] { Int(digits) ?? 0 } else { 0 }
        if sequence > stored.record.sequence {
            return Mismatch(
                "manifest-newer", at: place(stored),
                "its sequence is \(sequence), and \(stored.record.sequence) is recorded", remedy: Mismatch.recovering)
        }
        guard stored.isPublished else { return unpublished(stored) }
        if sequence < stored.record.sequence {
            return mismatch(
                stored, "manifest-older", "its sequence is \(sequence), and \(stored.record.sequence) is recorded")
        }
        let names = Set(found.map(\.name)).union(recorded.map(\.name)).sorted()
        // Which certificates stand above may have changed in rotation.yaml since.
        let differing = names.filter { name in
            name != "chain" && String(describing: found[name]) != String(describing: recorded[name])
        }
        guard !differing.isEmpty else { return nil }
        return mismatch(
            stored, "manifest-differs", "it is not what is recorded: \(differing.joined(separator: ", "))")
    }

    private func openness(_ stored: StoredManifest, _ mode: UInt32) -> [Mismatch] {
        guard let fault = PublishedMode.fault(mode, of: Files.published) else { return [] }
        return [
            Mismatch(
                "permission", at: place(stored), fault, remedy: "chmod 644 it, or `rotation-job verify --repair`",
                repair: .mode(path: place(stored), Files.published))
        ]
    }

    private func unpublished(_ stored: StoredManifest) -> Mismatch {
        Mismatch(
            "manifest-unpublished", at: place(stored),
            "manifest \(stored.record.sequence) is recorded and was not published", remedy: Mismatch.running,
            repair: .manifest(device: stored.record.deviceRow))
    }

    private func mismatch(_ stored: StoredManifest, _ code: String, _ what: String) -> Mismatch {
        Mismatch(
            code, at: place(stored), what, remedy: Mismatch.repairing,
            repair: .manifest(device: stored.record.deviceRow))
    }

    private func place(_ stored: StoredManifest) -> String {
        "\(tree.root)/\(DeliveryTree.manifestPath(of: stored.record.device))"
    }
}

/// How what is published has to be open: to every reader, and to nobody else's writing.
enum PublishedMode {
    /// What is wrong with a mode; nil where nothing is.
    ///
    /// - Parameter wanted: what it is published with.
    static func fault(_ mode: UInt32, of wanted: UInt32) -> String? {
        let shown = String(mode & 0o7777, radix: 8)
        if mode & 0o022 != 0 { return "it has mode \(shown): others than its owner may write to it" }
        return mode & wanted == wanted ? nil : "it has mode \(shown): who serves devices may not be able to read it"
    }
}
