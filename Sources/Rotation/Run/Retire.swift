import Fleet
import RotationModel

/// The stage that makes certificates inactive that nothing depends on any more.
struct Retire {
    let inventory: Inventory
    let run: String
    let at: Timestamp
    let observer: any RunObserver

    private static let batch = 1000

    func perform(_ plan: RotationPlan, results: inout [RowResult]) throws {
        let rows = plan.decisions.enumerated().filter { $0.element.action == .retire }
        observer.began(.retire, total: rows.count)
        defer { observer.ended(.retire) }
        for chunk in rows.chunked(by: Retire.batch) {
            try inventory.retire(chunk.map { order(for: $0.element) }, run: run, at: at)
            for (place, _) in chunk { results[place] = RowResult(.retired) }
            observer.advanced(.retire, by: chunk.count)
        }
    }

    private func order(for decision: Decision) -> RetireOrder {
        RetireOrder(
            certificateRow: decision.certificateRow, fingerprint: decision.fingerprint, device: decision.device,
            reason: decision.reason, policyName: decision.policy?.name ?? "",
            policyFile: decision.policy?.file ?? "", policyLine: decision.policy?.line ?? 0)
    }
}
