import Fleet
import Planning
import Policy
import RotationModel

/// The stage that makes certificates inactive that nothing depends on any more: the old ones of rotations whose devices have
/// proved the new key, once the overlap is over, and those that were left over beside the current one.
struct Retire {
    let run: RunContext
    let publisher: Publisher
    let manifestValidity: TimeSpan

    func perform(_ plan: inout RotationPlan) async throws {
        try await run.forEachBatch(of: &plan, in: .retire, Retire.end) { rows in
            let completed = rows.compactMap { decision, end in end.rotation.map { completion(of: $0, decision) } }
            try await publisher.publish(try run.inventory.complete(completed, run: run.id, at: run.at))
            let leftovers = rows.filter { $0.work.rotation == nil }.map { order(for: $0.decision) }
            try run.inventory.retire(leftovers, run: run.id, at: run.at)
            return rows.map { _ in RowResult(.retired) }
        }
        try await settle()
    }

    /// What ends with a certificate: its rotation, or nothing where it was left over.
    private struct End {
        let rotation: RowID<RotationRow>?
    }

    private static func end(_ action: Action) -> End? {
        if case .retire(let rotation) = action { End(rotation: rotation) } else { nil }
    }

    /// Ends rotations whose old certificate went by another way meanwhile: it was revoked, or an import made it inactive.
    private func settle() async throws {
        while !run.stop.isMade {
            let settled = try run.inventory.settledRotations(limit: RunContext.batch)
            guard !settled.isEmpty else { return }
            let orders = settled.map { rotation in
                CompletionOrder(
                    rotation: rotation.rotation, deviceRow: rotation.deviceRow, device: rotation.device,
                    certificateRow: rotation.certificateRow, fingerprint: rotation.fingerprint,
                    cause: Cause(Retire.reason(for: rotation), rotation.cause.policy),
                    manifestExpires: run.at + manifestValidity)
            }
            try await publisher.publish(try run.inventory.complete(orders, run: run.id, at: run.at))
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

    private func completion(of rotation: RowID<RotationRow>, _ decision: Decision) -> CompletionOrder {
        CompletionOrder(
            rotation: rotation.number, deviceRow: decision.subject.deviceRow, device: decision.device,
            certificateRow: decision.subject.certificateRow, fingerprint: decision.fingerprint, cause: decision.cause,
            manifestExpires: run.at + manifestValidity)
    }

    private func order(for decision: Decision) -> RetireOrder {
        RetireOrder(
            certificateRow: decision.subject.certificateRow, fingerprint: decision.fingerprint, device: decision.device,
            cause: decision.cause)
    }
}
