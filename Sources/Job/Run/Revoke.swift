import Fleet
import Planning
import Policy
import RotationModel
import System

/// The stage that revokes: statuses first, committed; the lists are built from them afterwards.
struct Revoke {
    let inventory: any FleetStore
    let publisher: Publisher
    let manifestValidity: TimeSpan
    let run: String
    let at: Timestamp
    let observer: any RunObserver

    private static let batch = 1000

    func perform(_ plan: RotationPlan, results: inout [RowResult]) async throws {
        let rows = plan.decisions.enumerated().filter { $0.element.action == .revoke }
        observer.began(.revoke, total: rows.count)
        defer { observer.ended(.revoke) }
        try inventory.carryOutImportedRevocations(plan.broughtRevocations, run: run, at: at)
        for chunk in rows.chunked(by: Revoke.batch) {
            let orders = try chunk.filter { !$0.element.isImportedRevocation }.map { try order(for: $0.element) }
            try inventory.carryOutImportedRevocations(
                chunk.filter(\.element.isImportedRevocation).map(\.element.certificateRow), run: run, at: at)
            let (_, manifests) = try inventory.revoke(orders, run: run, at: at)
            for (place, _) in chunk { results[place] = RowResult(.revoked) }
            try await publisher.publish(manifests)
            observer.advanced(.revoke, by: chunk.count)
        }
    }

    private func order(for decision: Decision) throws -> RevokeOrder {
        guard let revocation = decision.revocation, let order = revocation.order else {
            throw RotationError(.inventory, "a revocation that was not recorded", at: "device \(decision.device)")
        }
        return RevokeOrder(
            certificateRow: decision.certificateRow, fingerprint: decision.fingerprint, device: decision.device,
            order: order, reach: revocation.reach, reason: revocation.reason, cause: decision.cause,
            manifestExpires: at + manifestValidity)
    }
}
