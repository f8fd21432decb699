import Fleet
import Policy
import RotationModel

/// Holds the fleet against the policies. It reads, and decides; it changes nothing.
///
/// `plan` and `run` both come through here. What they differ in is handed in: what waits in the inbox (``WaitingRequests``)
/// and the limit that the operator gave.
package final class Planner {
    let policies: PolicySet
    let authorities: KnownAuthorities
    let at: Timestamp
    let snapshot: any FleetView
    package let waiting: WaitingRequests
    let revocations: RevocationScope

    /// What imports brought as REVOKED, and no list says yet.
    let imported: ImportedRevocations

    /// A key's algorithm, as people call it.
    let keyName: @Sendable (KeyAlgorithm) -> String

    /// How it comes by the devices that it has rows for.
    private let reading: FleetReading

    /// Whether any device was ever seen at the gate, once that was asked.
    private var knownGateUse: Bool?

    package init(
        policies: PolicySet, authorities: KnownAuthorities, at: Timestamp, snapshot: any FleetView,
        waiting: WaitingRequests, revocations: RevocationScope, imported: ImportedRevocations = ImportedRevocations(),
        keyName: @escaping @Sendable (KeyAlgorithm) -> String = \.description, isGateInUse: Bool? = nil,
        reading: FleetReading = .search
    ) {
        self.keyName = keyName
        self.reading = reading
        knownGateUse = isGateInUse
        self.imported = imported
        (self.policies, self.authorities, self.at) = (policies, authorities, at)
        (self.snapshot, self.waiting, self.revocations) = (snapshot, waiting, revocations)
    }

    /// Whether devices speak to a gate, as far as anybody was seen there.
    func isGateInUse() throws -> Bool {
        if let knownGateUse { return knownGateUse }
        let isInUse = try !waiting.seen.isEmpty || snapshot.isAnyDeviceSeen()
        knownGateUse = isInUse
        return isInUse
    }

    /// When a device last spoke to the gate.
    package func contact(of device: PlanningDevice) throws -> Contact {
        if let last = waiting.lastSeen(of: device) { return .last(last) }
        return try isGateInUse() ? .never : .unknown
    }

    /// The rows of the plan, the most urgent first, before anything is held back.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where two policies of equal priority match one device.
    func decisions() throws -> [Decision] {
        let sharedKeys = try snapshot.sharedKeys()
        var selections = SelectionCache(policies: policies, snapshot: snapshot)
        var groups: [(device: DeviceID, decisions: [Decision])] = []
        var ambiguities = Ambiguities()
        var unseen = revocations.reached
        let endings = try AuthorityEndings(authorities, snapshot, at: at)
        let contested = waiting.contested(try snapshot.devicesWithConflicts())
        try forEachDevice(contested, endings) { known in
            let found = waiting.confirmed(known, at: at)
            let reached = unseen.removeValue(forKey: found.row) ?? []
            let revoked = DeviceRevocations(
                reached, active: found.active, of: revocations, at: at,
                provenElsewhere: Set(try reached.flatMap(\.others).filter(hasProvenAnother).map(\.row)))
            var decisions = try revoked.due.map(row)
            defer { if !decisions.isEmpty { groups.append((known.id, decisions)) } }
            let device = revoked.due.isEmpty ? found : found.without(revoked.due, at: at)
            guard let current = device.active.first else { return }
            switch try selections.select(for: device, current: current) {
            case .none:
                decisions.append(try uncovered(device, current, waiting: revoked.waiting[current.row]))
            case .ambiguous(let indices):
                ambiguities.add(device.id, indices.map { policies.policies[$0] })
            case .one(let index):
                let evaluation = DeviceEvaluation(
                    planner: self, device: device, policyIndex: index, sharedKeys: sharedKeys, endings: endings,
                    revocations: revoked, isContested: contested.contains(device.row))
                decisions += try evaluation.decisions()
            }
        }
        try ambiguities.throwIfAny()
        // In the order of their ids, in whatever order they were found.
        var decisions = groups.sorted { $0.device < $1.device }.flatMap(\.decisions)
        // The certificates of devices that have none that authenticates.
        decisions += try due(unseen)
        decisions += try imported.changed.map(row)
        return decisions.sorted(by: Decision.isMoreUrgent)
    }

    /// Hands over each device that the plan may have rows for.
    private func forEachDevice(
        _ contested: Set<Int64>, _ endings: AuthorityEndings, _ body: (PlanningDevice) throws -> Void
    ) throws {
        switch reading {
        case .walk: try snapshot.forEachDeviceWithActiveCertificate(body)
        case .search:
            var search = DueSearch(self, endings)
            try snapshot.forEachDevice(of: try search.devices(contested: contested), body)
        }
    }

    /// The rows of orders to revoke at once, and no others.
    package func revocationsAlone() throws -> [Decision] {
        try due(revocations.reached).sorted(by: Decision.isMoreUrgent)
    }

    /// What goes now of devices whose other certificates do not matter.
    private func due(_ reached: [Int64: [ReachedCertificate]]) throws -> [Decision] {
        try reached.values.flatMap { reached in
            try DeviceRevocations(reached, active: [], of: revocations, at: at).due.map(row)
        }
    }

    private func uncovered(
        _ device: PlanningDevice, _ current: PlanningCertificate, waiting reached: ReachedCertificate?
    ) throws -> Decision {
        let revocation = reached.map { revocations.title(of: $0) }
        let text = "no policy matches this device"
        let reason = Reason(
            .uncovered,
            revocation.map { "\(text), so that nothing can replace what \($0) wants gone" } ?? text)
        return Decision(
            subject: try subject(current, of: device),
            action: revocation == nil ? .uncovered : .blocked(policy: nil), cause: Cause(reason, nil),
            revocation: reached.map(reference))
    }

    /// Whether the device of a claim has proved a certificate that stays.
    private func hasProvenAnother(_ claim: RevocableCertificate) throws -> Bool {
        let reached = Set((revocations.reached[claim.deviceRow] ?? []).map(\.certificate.row))
        return try snapshot.certificates(ofDevice: claim.deviceRow).contains { certificate in
            let isProven = certificate.confirmedAt != nil && certificate.status == .active
            return (isProven || waiting.confirmations.contains(certificate.row)) && !reached.contains(certificate.row)
        }
    }

    /// A row that revokes.
    private func row(_ due: DeviceRevocations.Due) throws -> Decision {
        Decision(
            subject: try subject(due.reached.certificate), action: .revoke,
            cause: Cause(due.reason, revocations.acting(on: due.reached).policy),
            revocation: reference(due.reached))
    }

    /// A row that tells verifiers what the registry knew.
    private func row(_ due: ImportedRevocations.Due) throws -> Decision {
        Decision(subject: try subject(due.certificate), action: .revoke, cause: Cause(due.reason, nil))
    }

    private func subject(_ certificate: RevocableCertificate) throws -> Decision.Subject {
        Decision.Subject(
            device: certificate.device, account: try snapshot.accountName(certificate.account),
            deviceRow: certificate.deviceRow, labelSet: certificate.labelSet, fingerprint: certificate.fingerprint,
            certificateRow: certificate.row, notAfter: certificate.notAfter, status: certificate.status)
    }

    func subject(_ certificate: PlanningCertificate, of device: PlanningDevice) throws -> Decision.Subject {
        Decision.Subject(
            device: device.id, account: try snapshot.accountName(device.account), deviceRow: device.row,
            labelSet: device.labelSet, fingerprint: certificate.fingerprint, certificateRow: certificate.row,
            notAfter: certificate.notAfter, status: certificate.status)
    }

    /// Whether no certificate may be issued for a key any more.
    func isRefused(_ key: KeyIdentity) throws -> Bool {
        if revocations.refuses(key) { return true }
        return try snapshot.isRefused(key)
    }

    func reference(_ reached: ReachedCertificate) -> RevocationReference { revocations.reference(reached) }
}
