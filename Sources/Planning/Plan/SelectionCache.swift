import Fleet
import Policy
import RotationModel

/// Which policies can match is worked out once for each distinct set of labels, account and issuer.
struct SelectionCache {
    private struct Key: Hashable {
        let labelSet: Int64
        let account: Int64
        let issuer: Int64
    }

    let policies: PolicySet
    let snapshot: any FleetView
    private var candidates: [Key: [Int]] = [:]
    /// A fleet that labels every device differently must not fill the memory.
    private let capacity = 50_000

    init(policies: PolicySet, snapshot: any FleetView) {
        self.policies = policies
        self.snapshot = snapshot
    }

    mutating func select(for device: PlanningDevice, current: PlanningCertificate) throws -> Selection {
        policies.select(among: try candidates(for: device, current: current), device: device.id)
    }

    /// See ``PolicySet/candidates(for:)``.
    mutating func candidates(for device: PlanningDevice, current: PlanningCertificate) throws -> [Int] {
        try candidates(labelSet: device.labelSet, account: device.account, issuer: current.issuer)
    }

    /// The same of all devices with these labels, account and issuer, each by its row.
    mutating func candidates(labelSet: Int64, account: Int64, issuer: Int64) throws -> [Int] {
        let key = Key(labelSet: labelSet, account: account, issuer: issuer)
        if let known = candidates[key] { return known }
        let found = policies.candidates(
            for: SelectorFacts(
                account: try snapshot.accountName(account).text,
                labels: try snapshot.labels(ofSet: labelSet).values,
                issuer: try snapshot.issuerName(issuer)))
        if candidates.count >= capacity { candidates.removeAll(keepingCapacity: true) }
        candidates[key] = found
        return found
    }
}
