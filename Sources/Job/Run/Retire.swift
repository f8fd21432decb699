import Fleet
import Planning
import Policy
import RotationModel
import System

/// The stage that makes certificates inactive that nothing depends on any more: the old ones of rotations whose devices have
/// proved the new key, once the overlap is over, and those that were left over beside the current one.
struct Retire {
    let inventory: any FleetStore
    let publisher: Publisher
    let manifestValidity: TimeSpan
    let run: String
    let at: Timestamp
    let observer: any RunObserver

    private static let batch = 1000

    func perform(_ plan: RotationPlan, results: inout [RowResult]) async throws {
        let rows = plan.decisions.enumerated().filter { $0.element.action == .retire }
        observer.began(.retire, total: rows.count)
        defer { observer.ended(.retire) }
        for chunk in rows.chunked(by: Retire.batch) {
            let completed = chunk.map(\.element).filter { $0.rotation != nil }
            try await publisher.publish(try inventory.complete(completed.map(completion), run: run, at: at))
            let leftovers = chunk.map(\.element).filter { $0.rotation == nil }
            try inventory.retire(leftovers.map(order), run: run, at: at)
            for (place, _) in chunk { results[place] = RowResult(.retired) }
            observer.advanced(.retire, by: chunk.count)
        }
        try await settle()
    }

    /// Ends rotations whose old certificate went by another way meanwhile: it was revoked, or an import made it inactive.
    private func settle() async throws {
        while true {
            let settled = try inventory.settledRotations(limit: Retire.batch)
            guard !settled.isEmpty else { return }
            let orders = settled.map { rotation in
                CompletionOrder(
                    rotation: rotation.rotation, deviceRow: rotation.deviceRow, device: rotation.device,
                    certificateRow: rotation.certificateRow, fingerprint: rotation.fingerprint,
                    cause: Cause(Retire.reason(for: rotation), rotation.cause.policy),
                    manifestExpires: at + manifestValidity)
            }
            try await publisher.publish(try inventory.complete(orders, run: run, at: at))
        }
    }

    private static func reason(for rotation: SettledRotation) -> Reason {
        guard rotation.replacementStatus == .active else {
            return Reason(
                rotation.replacementStatus == .revoked ? .revoked : .superseded,
                "the new certificate is \(rotation.replacementStatus.rawValue) by now; go on with the one before")
        }
        return Reason(
            .confirmed, "the device proved its new key, and the old certificate is \(rotation.status.rawValue) already")
    }

    private func completion(of decision: Decision) -> CompletionOrder {
        CompletionOrder(
            rotation: decision.rotation, deviceRow: decision.deviceRow, device: decision.device,
            certificateRow: decision.certificateRow, fingerprint: decision.fingerprint, cause: decision.cause,
            manifestExpires: at + manifestValidity)
    }

    private func order(for decision: Decision) -> RetireOrder {
        RetireOrder(
            certificateRow: decision.certificateRow, fingerprint: decision.fingerprint, device: decision.device,
            cause: decision.cause)
    }
}
