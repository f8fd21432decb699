import Delivery
import Fleet
import RotationModel

/// Whether the manifests that were published lie where devices pick them up.
///
/// What devices have to act on is looked for by each run, as far as that is bounded; of the others a share (``ManifestShare``). The first one
/// that is missing makes it look for all: a file seldom goes alone.
struct MissingManifests {
    let inventory: any FleetStore
    let tree: DeliveryTree

    /// How much is looked for before anything is found to be missing.
    struct Effort {
        /// Of the manifests of rotations that are under way.
        let underWay: Int64
        /// Of all manifests.
        let others: Int64

        static let run = Effort(underWay: 4096, others: 2048)
        static let status = Effort(underWay: 65_536, others: 65_536)
    }

    private static let page = 4096

    /// Hands over the rows of the devices whose manifest is missing, page by page.
    func forEachMissing(_ effort: Effort, _ body: ([Int64]) async throws -> Void) async throws {
        guard try isAnyMissing(effort) else { return }
        var after: Int64 = 0
        while true {
            let published = try inventory.publishedManifests(
                after: after, through: .max, underWay: false, limit: MissingManifests.page)
            guard let last = published.last else { return }
            let missing = missing(among: published)
            if !missing.isEmpty { try await body(missing.map(\.row)) }
            after = last.row
        }
    }

    private func isAnyMissing(_ effort: Effort) throws -> Bool {
        let extent = try inventory.manifestExtent()
        func isMissing(_ population: Int64, _ most: Int64, underWay: Bool) throws -> Bool {
            guard population > 0 else { return false }
            let share = ManifestShare(
                of: extent.greatestDevice, population: population, run: extent.runs, most: most)
            return try isAnyMissing(in: share, underWay: underWay)
        }
        return try isMissing(extent.underWay, effort.underWay, underWay: true)
            || isMissing(extent.greatestDevice, effort.others, underWay: false)
    }

    private func isAnyMissing(in share: ManifestShare, underWay: Bool) throws -> Bool {
        var after = share.after
        while true {
            let published = try inventory.publishedManifests(
                after: after, through: share.through, underWay: underWay, limit: MissingManifests.page)
            guard let last = published.last else { return false }
            if !missing(among: published).isEmpty { return true }
            after = last.row
        }
    }

    private func missing(among published: [DeviceWithManifest]) -> [DeviceWithManifest] {
        let lost = Set(tree.devicesWithoutManifest(among: published.map(\.device)))
        return lost.isEmpty ? [] : published.filter { lost.contains($0.device) }
    }
}
