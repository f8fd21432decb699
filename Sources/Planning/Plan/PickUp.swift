import Fleet
import Lifecycle
import Policy
import RotationModel

/// Who has yet to answer: devices that were asked for a CSR, and devices that were handed a certificate.
package struct PickUp: Sendable {
    /// Rotations by state.
    package let rotations: [(state: RotationState, count: Int)]
    /// Devices that were handed a replacement and have not confirmed it in the time that their policy gives them; the oldest first.
    package let stuck: [OpenRotationListing]
    /// Devices that were asked for a CSR and have not handed one in, in that same time; the oldest first.
    package let silent: [OpenRotationListing]

    private static let listLimit = 10_000

    package init(
        rotations: [(state: RotationState, count: Int)], stuck: [OpenRotationListing], silent: [OpenRotationListing]
    ) {
        (self.rotations, self.stuck, self.silent) = (rotations, stuck, silent)
    }

    package static func read(_ inventory: any FleetStore, _ policies: PolicySet, at: Timestamp) throws -> PickUp {
        let counts = try inventory.rotationsByState()
        let overdue = Overdue(policies)
        return PickUp(
            rotations: RotationState.allCases.compactMap { state in counts[state.rawValue].map { (state, $0) } },
            stuck: try overdue.rotations(.delivered, in: inventory, at: at, limit: listLimit),
            silent: try overdue.rotations(.awaitingCSR, in: inventory, at: at, limit: listLimit))
    }
}

/// Those that keep their policy waiting.
private struct Overdue {
    private let patience: [String: Patience]
    private let shortest: TimeSpan

    init(_ policies: PolicySet) {
        patience = Dictionary(
            policies.policies.map { ($0.name, $0.patience) }, uniquingKeysWith: { first, _ in first })
        // A rotation may be of a policy that is gone.
        shortest = patience.values.map(\.span).reduce(Patience.standard.span, min)
    }

    func rotations(
        _ state: RotationState, in inventory: any FleetStore, at: Timestamp, limit: Int
    ) throws -> [OpenRotationListing] {
        try inventory.openRotations(in: state, unchangedSince: at - shortest, limit: limit).filter { rotation in
            (patience[rotation.policy] ?? .standard).isOver(since: rotation.changedAt, at: at)
        }
    }
}
