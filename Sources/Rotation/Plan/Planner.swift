import Fleet
import Policy
import RotationModel

/// Streams the fleet past the policies. It reads, and decides; it changes nothing.
///
/// `plan` and `run` both come through here. What they differ in is handed in: what waits in the inbox (``WaitingRequests``)
/// and the limit that the operator gave.
struct Planner {
    let policies: PolicySet
    let authorities: AuthorityDirectory
    let at: Timestamp
    let snapshot: PlanningSnapshot
    let waiting: WaitingRequests

    /// The rows of the plan, the most urgent first, before anything is held back.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where two policies of equal priority match one device.
    func decisions() throws -> [Decision] {
        let sharedKeys = try snapshot.sharedKeys()
        var selections = SelectionCache(policies: policies, snapshot: snapshot)
        var decisions: [Decision] = []
        var ambiguities = Ambiguities()
        try snapshot.forEachDeviceWithActiveCertificate { device in
            guard let current = device.active.first else { return }
            switch try selections.select(for: device, current: current) {
            case .none:
                decisions.append(try uncovered(device, current))
            case .ambiguous(let indices):
                ambiguities.add(device.id, indices.map { policies.policies[$0] })
            case .one(let index):
                let judge = DeviceJudge(
                    planner: self, device: device, policyIndex: index, sharedKeys: sharedKeys)
                decisions += try judge.decisions()
            }
        }
        try ambiguities.throwIfAny()
        return decisions.sorted(by: Decision.isMoreUrgent)
    }

    private func uncovered(_ device: PlanningDevice, _ current: PlanningCertificate) throws -> Decision {
        Decision(
            device: device.id, account: try snapshot.accountName(device.account),
            fingerprint: current.fingerprint, notAfter: current.notAfter, action: .uncovered,
            reason: Reason(.uncovered, "no policy matches this device"), further: [], policy: nil,
            keySource: .request, deviceRow: device.row, certificateRow: current.row, policyIndex: -1, refused: nil,
            labelSet: device.labelSet)
    }
}

/// Which policies can match is worked out once for each distinct set of labels, account and issuer.
private struct SelectionCache {
    private struct Key: Hashable {
        let labelSet: Int64
        let account: Int64
        let issuer: Int64
    }

    let policies: PolicySet
    let snapshot: PlanningSnapshot
    private var candidates: [Key: [Int]] = [:]
    /// A fleet that labels every device differently must not fill the memory.
    private let capacity = 50_000

    init(policies: PolicySet, snapshot: PlanningSnapshot) {
        self.policies = policies
        self.snapshot = snapshot
    }

    mutating func select(for device: PlanningDevice, current: PlanningCertificate) throws -> Selection {
        let key = Key(labelSet: device.labelSet, account: device.account, issuer: current.issuer)
        if let known = candidates[key] { return policies.select(among: known, device: device.id) }
        let found = policies.candidates(
            for: SelectorFacts(
                account: try snapshot.accountName(device.account).text,
                labels: try snapshot.labels(ofSet: device.labelSet).values,
                issuer: try snapshot.issuerName(current.issuer)))
        if candidates.count >= capacity { candidates.removeAll(keepingCapacity: true) }
        candidates[key] = found
        return policies.select(among: found, device: device.id)
    }
}

/// Devices that two policies of equal priority claim: an error of the policies, told with the devices as proof.
private struct Ambiguities {
    private var found: [(device: DeviceID, policies: [RotationPolicy])] = []
    private var count = 0

    mutating func add(_ device: DeviceID, _ policies: [RotationPolicy]) {
        count += 1
        if found.count < 5 { found.append((device, policies)) }
    }

    func throwIfAny() throws(RotationError) {
        guard let first = found.first else { return }
        let names = first.policies.map { "`\($0.name)` (\($0.place.file):\($0.place.line))" }.joined(separator: " and ")
        let devices = found.map(\.device.text).joined(separator: ", ")
        throw RotationError(
            .badInput,
            "policies \(names) have the same priority, \(first.policies[0].priority), and match the same device: "
                + devices + (count > found.count ? " and \(count - found.count) more" : ""),
            at: "\(first.policies[0].place.file):\(first.policies[0].place.line)",
            advice: "give one of them a higher priority, or narrow its match")
    }
}
