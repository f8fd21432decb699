import Fleet
import PKI
import Planning
import Policy
import RotationModel
import System

/// The stage that asks devices for CSRs: a `rekey` manifest for each.
struct Ask {
    let inventory: any FleetStore
    let policies: PolicySet
    let publisher: Publisher
    let manifestValidity: TimeSpan
    let run: String
    let at: Timestamp
    let observer: any RunObserver

    private static let batch = 1000

    func perform(_ plan: RotationPlan, results: inout [RowResult]) async throws {
        let rows = plan.decisions.enumerated().filter { $0.element.action == .requestCSR }
        observer.began(.ask, total: rows.count)
        defer { observer.ended(.ask) }
        for chunk in rows.chunked(by: Ask.batch) {
            let orders = try inventory.planningSnapshot { snapshot in
                try chunk.map { try order(for: $0.element, labels: snapshot.labels(ofSet: $0.element.labelSet).values) }
            }
            let manifests = try inventory.recordRekey(orders, run: run, at: at)
            let sequences = Dictionary(
                manifests.map { ($0.device, $0.sequence) }, uniquingKeysWith: { first, _ in first })
            for (place, decision) in chunk {
                results[place] =
                    sequences[decision.device].map { RowResult(.requested, sequence: $0) } ?? RowResult(.skipped)
            }
            try await publisher.publish(manifests)
            observer.advanced(.ask, by: chunk.count)
        }
    }

    private func order(for decision: Decision, labels: [String: String]) throws -> RekeyOrder {
        let policy = policies.policies[decision.policyIndex]
        let facts = DeviceFacts(device: decision.device, account: decision.account, labels: labels)
        return RekeyOrder(
            deviceRow: decision.deviceRow, device: decision.device, oldCertificate: decision.certificateRow,
            cause: decision.cause,
            keys: policy.profile.keys.map(\.description),
            subject: DistinguishedName(try policy.profile.subject(for: facts)).text, refused: decision.refused,
            expires: at + manifestValidity, supersedes: decision.supersedes, revocation: decision.revocation?.order)
    }
}
