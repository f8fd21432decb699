import Fleet
import Planning
import Policy
import RotationModel

/// The stage that revokes: statuses first, committed; the lists are built from them afterwards.
struct Revoke {
    let run: RunContext
    let publisher: Publisher
    let manifestValidity: TimeSpan

    func perform(_ plan: inout RotationPlan) async throws {
        try run.inventory.carryOutImportedRevocations(plan.broughtRevocations, run: run.id, at: run.at)
        try await run.forEachBatch(of: &plan, in: .revoke, { $0 == .revoke ? $0 : nil }) { rows in
            let decisions = rows.map(\.decision)
            let orders = try decisions.filter { !$0.isImportedRevocation }.map(order)
            try run.inventory.carryOutImportedRevocations(
                decisions.filter(\.isImportedRevocation).map(\.subject.certificateRow), run: run.id, at: run.at)
            let (_, manifests) = try run.inventory.revoke(orders, run: run.id, at: run.at)
            try await publisher.publish(manifests)
            return decisions.map { _ in RowResult(.revoked) }
        }
    }

    private func order(for decision: Decision) throws -> RevokeOrder {
        guard let revocation = decision.revocation, let order = revocation.order else {
            throw RotationError(.inventory, "a revocation that was not recorded", at: "device \(decision.device)")
        }
        return RevokeOrder(
            certificateRow: decision.subject.certificateRow, fingerprint: decision.fingerprint, device: decision.device,
            order: order, reach: revocation.reach, reason: revocation.reason, cause: decision.cause,
            manifestExpires: run.at + manifestValidity)
    }
}
