import Basics
import Delivery
import Fleet
import Issuing
import PKI
import RotationModel

extension Workspace {
    /// What was published and is not there any more, or not as it was published; each a sentence with what to do.
    func publishedTroubles(_ inventory: any FleetStore, _ directory: AuthorityDirectory) async throws -> [String] {
        let tree = delivery
        guard try inventory.lastRun() != nil else { return [] }
        let lists = try directory.names.compactMap { directory[$0] }.flatMap { entry in
            guard try entry.listTrouble(inventory) == nil else { return [String]() }
            let check = PublishedRevocationList(tree: tree, key: entry.certificate.publicKey)
            return try inventory.crlStates(ofAuthority: entry.configuration.name).filter(\.isPublished).compactMap {
                state in
                check.fault(of: state).map {
                    "the CRL \(tree.root)/crl/\(state.name) is not the one that was published: \($0); start `rotation-job run`, which builds it anew"
                }
            }
        }
        let keys =
            try isAnyPublished(inventory) && tree.keys() == nil
            ? [
                "\(tree.root)/keys.json, which manifests verify with, is missing; start `rotation-job run`, which publishes it"
            ]
            : []
        return keys + lists + (try await missingManifests(inventory, tree))
    }

    /// A run that a guard stopped has published nothing.
    private func isAnyPublished(_ inventory: any FleetStore) throws -> Bool {
        try !inventory.publishedManifests(after: 0, through: .max, underWay: false, limit: 1).isEmpty
    }

    private func missingManifests(_ inventory: any FleetStore, _ tree: DeliveryTree) async throws -> [String] {
        var count = 0
        try await MissingManifests(inventory: inventory, tree: tree).forEachMissing(.status) { count += $0.count }
        guard count > 0 else { return [] }
        let lost = counted(count, "published manifest is", plural: "published manifests are")
        return ["\(lost) missing from \(tree.root); start `rotation-job run`, which publishes what is missing again"]
    }
}
