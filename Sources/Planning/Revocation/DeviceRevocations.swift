import Fleet
import Policy
import RotationModel

/// What the revocations in force mean for one device now: which of its certificates go, and which wait.
struct DeviceRevocations {
    struct Due {
        let reached: ReachedCertificate
        let reason: Reason
    }

    private(set) var due: [Due] = []
    /// The `ACTIVE` certificates that have to be replaced first, by row.
    private(set) var waiting: [Int64: ReachedCertificate] = [:]

    /// - Parameters:
    ///   - active: the device's `ACTIVE` certificates.
    ///   - provenElsewhere: claims of other devices that have proved a certificate of their own, by row.
    init(
        _ reached: [ReachedCertificate], active: [PlanningCertificate], of scope: RevocationScope, at: Timestamp,
        provenElsewhere: Set<Int64> = []
    ) {
        guard !reached.isEmpty else { return }
        let rows = Set(reached.map(\.certificate.row))
        let isProven = active.contains { $0.confirmedAt != nil && !rows.contains($0.row) }
        for item in reached {
            // It goes for all who present it, and so only when all of them can go on without it.
            let mayGo = isProven && item.others.allSatisfy { provenElsewhere.contains($0.row) }
            if let reason = DeviceRevocations.reason(item, scope, isProven: mayGo, at: at) {
                due.append(Due(reached: item, reason: reason))
            } else if item.certificate.status == .active {
                waiting[item.certificate.row] = item
            }
        }
    }

    /// Why the certificate goes now; nil where it waits, or has expired and authenticates nobody.
    private static func reason(
        _ item: ReachedCertificate, _ scope: RevocationScope, isProven: Bool, at: Timestamp
    ) -> Reason? {
        let certificate = item.certificate
        let title = scope.title(of: item)
        let acting = scope.acting(on: item)
        let step = RevocationStep(
            mode: acting.mode, deadline: acting.deadline, status: certificate.status,
            notAfter: certificate.notAfter, isReplacementProven: isProven, at: at)
        switch step {
        case .revoke(.atOnce): return Reason(.revoked, title)
        case .revoke(.replacementProven):
            return Reason(.confirmed, "\(title); the device has proved its replacement")
        case .revoke(.deadlinePassed(let deadline)):
            return Reason(.deadline, "\(title); no replacement was confirmed by the deadline, \(deadline)")
        case .replaceFirst, .nothing: return nil
        }
    }
}

extension RevocationReach {
    /// The end of a sentence about a revocation.
    var explanation: String {
        switch self {
        case .matched: ""
        case .descendant: ": issued by renewing a certificate that is revoked"
        case .sharedKey: ": has the key of a certificate that is revoked"
        }
    }
}
