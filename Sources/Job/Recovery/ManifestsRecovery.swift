import Delivery
import Fleet
import RotationModel
import System

/// Takes over the published manifests that are newer than the inventory, folder by folder.
struct ManifestsRecovery {
    let inventory: any FleetStore
    let observer: any RunObserver
    let tree: DeliveryInspection
    let reader: PublishedManifestReader
    let longNames: [SHA256Digest: DeviceID]

    func perform(_ run: RunID, at: Timestamp, _ report: inout RecoveryReport) throws {
        try forEachFolder { leaf in
            let newer = try newer(in: leaf, &report)
            report.newer += newer.count
            let outcomes = try inventory.recover(newer, run: run, at: at)
            for (published, outcome) in zip(newer, outcomes) { tell(published, outcome, &report) }
            return true
        }
    }

    /// The first manifest that is newer than the inventory; nil where none is. Nothing is written.
    func firstNewer() throws -> RestoredPast? {
        var found: RestoredPast?
        try forEachFolder { leaf in
            var unused = RecoveryReport()
            let newer = try newer(in: leaf, &unused)
            let known = try inventory.recordedManifests(of: newer.map(\.device))
            // Of devices that nobody knows there may be any number, for ever.
            found = newer.first { known[$0.device] != nil }.map { published in
                .manifest(
                    published.device, published: published.sequence,
                    recorded: known[published.device]?.sequence ?? 0)
            }
            return found == nil
        }
        return found
    }

    /// - Parameter body: says whether to go on.
    private func forEachFolder(_ body: (DeliveryInspection.Listing) throws -> Bool) throws {
        observer.began(.recover, total: try inventory.storedCounts().manifests)
        defer { observer.ended(.recover) }
        guard let top = try tree.listing(["manifests"]) else { return }
        for first in top.folders {
            guard let middle = try tree.listing(["manifests", first]) else { continue }
            for second in middle.folders {
                guard let leaf = try tree.listing(["manifests", first, second]) else { continue }
                guard try body(leaf) else { return }
                observer.advanced(.recover, by: leaf.files.count)
            }
        }
    }

    private func newer(
        in leaf: DeliveryInspection.Listing, _ report: inout RecoveryReport
    ) throws -> [PublishedManifest] {
        let devices = leaf.files.compactMap {
            DeliveryInspection.device(ofManifest: $0, in: leaf.path, longNames: longNames)
        }
        let recorded = try inventory.recordedManifests(of: devices)
        var newer: [PublishedManifest] = []
        for device in devices {
            report.manifests += 1
            guard let record = recorded[device] else {
                if let published = read(device, &report) { newer.append(published) }
                report.add(
                    unknown: "device \(device) has a manifest, and the inventory does not have the device: import it")
                continue
            }
            guard let published = read(device, &report), isNewer(published, than: record) else { continue }
            newer.append(published)
        }
        return newer
    }

    private func read(_ device: DeviceID, _ report: inout RecoveryReport) -> PublishedManifest? {
        do throws(RotationError) {
            switch tree.manifest(of: device) {
            case .missing: return nil
            case .unreadable(let why): throw RotationError(.badInput, why)
            case .file(let bytes, _): return try reader.read(bytes, of: device)
            }
        } catch {
            report.add(unknown: "the manifest of device \(device) is not believed: \(error.message)")
            return nil
        }
    }

    /// A sequence that was given out twice tells of an inventory that went on from an older state.
    private func isNewer(_ published: PublishedManifest, than record: RecordedManifest) -> Bool {
        published.sequence > record.sequence
            || (published.sequence == record.sequence && record.issued != nil
                && published.issued > record.issued ?? published.issued)
    }

    private func tell(
        _ published: PublishedManifest, _ outcome: RecoveredManifest?, _ report: inout RecoveryReport
    ) {
        switch outcome {
        case .certificate: report.certificates += 1
        case .asked: report.asked += 1
        case .unplaced:
            report.add(
                unknown:
                    "device \(published.device) was handed a certificate for one that the inventory does not have: import the device anew"
            )
        case .sequence:
            guard case .none = published.action else { return }
            report.add(
                unknown:
                    "device \(published.device) was told that it has nothing to do: what it was issued, or confirmed, before that is not known; compare it with the registry"
            )
        case .known, nil: break
        }
    }
}
