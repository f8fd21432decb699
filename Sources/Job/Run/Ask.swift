import Fleet
import PKI
import Planning
import Policy
import RotationModel

/// The stage that asks devices for CSRs: a `rekey` manifest for each.
struct Ask {
    let run: RunContext
    let policies: PolicySet
    let publisher: Publisher
    let manifestValidity: TimeSpan

    func perform(_ plan: inout RotationPlan) async throws {
        try await run.forEachBatch(of: &plan, in: .ask, Ask.request) { rows in
            let orders = try run.inventory.planningSnapshot { snapshot in
                try rows.map { decision, request in
                    try order(request, decision, labels: snapshot.labels(ofSet: decision.subject.labelSet).values)
                }
            }
            let manifests = try run.inventory.recordRekey(orders, run: run.id, at: run.at)
            try await publisher.publish(manifests)
            let sequences = Dictionary(
                manifests.map { ($0.device, $0.sequence) }, uniquingKeysWith: { first, _ in first })
            return rows.map { decision, _ in
                sequences[decision.device].map { RowResult(.requested, sequence: $0) } ?? RowResult(.skipped)
            }
        }
    }

    private typealias Request = (replacement: Replacement, refused: String?)

    private static func request(_ action: Action) -> Request? {
        if case .requestCSR(let replacement, let refused) = action { (replacement, refused) } else { nil }
    }

    private func order(_ request: Request, _ decision: Decision, labels: [String: String]) throws -> RekeyOrder {
        let policy = policies.policies[request.replacement.policy]
        let facts = DeviceFacts(device: decision.device, account: decision.account, labels: labels)
        return RekeyOrder(
            deviceRow: decision.subject.deviceRow, device: decision.device,
            oldCertificate: decision.subject.certificateRow, cause: decision.cause,
            keys: policy.profile.keys.map(\.description),
            subject: DistinguishedName(try policy.profile.subject(for: facts)).text, refused: request.refused,
            expires: run.at + manifestValidity, supersedes: request.replacement.supersedes,
            revocation: decision.revocation?.cause)
    }
}
