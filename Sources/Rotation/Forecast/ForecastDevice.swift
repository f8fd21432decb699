import Fleet
import PKI
import Policy
import RotationModel

/// A device in a simulation: what the inventory would say of it, and what it does.
struct ForecastDevice {
    enum Progress {
        /// The next run has to look at it again.
        case moved
        /// Nothing happens before some date.
        case waiting
        /// It cannot go on before somebody does something, and a forecast does not know when.
        case blocked
    }

    private(set) var device: PlanningDevice
    /// What revocations reach of it.
    private(set) var reached: [RevocationScope.Reached]
    /// The policy that decided last.
    var policy = 0
    private(set) var progress = Progress.waiting
    /// When its current certificate was issued; nil where the inventory has it already.
    private var replacedAt: Timestamp?
    private var issuedAt: Timestamp?

    init(_ device: PlanningDevice, _ reached: [RevocationScope.Reached]) {
        self.device = device
        self.reached = reached
    }

    /// A day begins.
    mutating func begin() { progress = .waiting }

    // MARK: What the device does

    /// Hands in what it was asked for, and proves what it was given.
    mutating func answer(at: Timestamp, policies: PolicySet, _ supposer: inout Supposer) {
        guard let rotation = device.rotation else { return }
        switch rotation.state {
        case .awaitingCSR, .ready:
            if device.request == nil { device = device.supposing(request: supposer.request(policies.policies[policy])) }
        case .issued, .delivered:
            guard let new = rotation.newCertificate else { return }
            device.confirm(replacement: new, at: at)
            (replacedAt, issuedAt) = (issuedAt, nil)
        case .confirmed, .completed, .cancelled: break
        }
    }

    // MARK: What a run does to it

    /// Takes away what is revoked now.
    mutating func revoke(_ scope: RevocationScope, at: Timestamp) {
        guard !reached.isEmpty else { return }
        let due = DeviceRevocations(reached, active: device.active, of: scope, at: at).due
        guard !due.isEmpty else { return }
        let rows = Set(due.map(\.reached.certificate.row))
        device = device.without(due)
        reached.removeAll { rows.contains($0.certificate.row) }
    }

    mutating func carryOut(
        _ decision: Decision, at: Timestamp, policies: PolicySet, _ supposer: inout Supposer
    ) throws {
        switch decision.action {
        case .issue:
            let policy = policies.policies[decision.policyIndex]
            let old = device.active.first { $0.row == decision.certificateRow }
            let new = try supposer.certificate(policy, for: device, replacing: old, decision.keySource, at: at)
            device = device.supposing(request: nil)
            device.pending = [new]
            device.rotation = supposer.rotation(.delivered, decision, new: new.row, at: at)
            issuedAt = at
            progress = .moved
        case .requestCSR:
            if decision.supersedes { device.pending = [] }
            device = device.supposing(request: nil)
            device.rotation = supposer.rotation(.awaitingCSR, decision, new: nil, at: at)
            progress = .moved
        case .retire:
            device.active.removeAll { $0.row == decision.certificateRow }
            if decision.rotation != nil { device.rotation = nil }
            progress = .moved
        case .hold: progress = .moved
        case .blocked: progress = .blocked
        case .revoke, .report, .uncovered: break
        }
    }

    /// Nothing was decided: a rotation whose old certificate is gone is over, and one that waits for the device goes on.
    mutating func settle() {
        guard let rotation = device.rotation else { return }
        switch rotation.state {
        case .awaitingCSR, .ready, .issued, .delivered: progress = .moved
        case .confirmed:
            if !device.active.contains(where: { $0.row == rotation.oldCertificate }) {
                device.rotation = nil
                progress = .moved
            }
        case .completed, .cancelled: break
        }
    }

    // MARK: Dates

    /// The next time after `now` at which a run could find something: nil where never.
    func nextEvent(after now: Timestamp, _ policies: PolicySet, _ scope: RevocationScope) -> Timestamp? {
        guard let current = device.active.first else { return nil }
        let policy = policies.policies[policy]
        let facts = CertificateFacts(
            notBefore: current.notBefore, notAfter: current.notAfter, key: current.key, signature: current.signature,
            issuer: "")
        var events = [policy.dueDate(of: facts, device: device.id), current.notAfter + TimeSpan(seconds: 1)]
        if let age = policy.compliance.age { events.append(current.notBefore + age.over + TimeSpan(seconds: 1)) }
        if let rotation = device.rotation, let confirmedAt = rotation.confirmedAt {
            events.append(policy.overlapEnd(confirmedAt: confirmedAt))
            if let old = device.active.first(where: { $0.row == rotation.oldCertificate }) {
                events.append(old.notAfter + TimeSpan(seconds: 1))
            }
        }
        for item in reached {
            if let deadline = scope.revocations[item.revocation].deadline { events.append(deadline) }
        }
        return events.filter { $0 > now }.min()
    }

    /// Where a replacement comes from, and the date that it may share with others.
    func origin(of decision: Decision) -> (origin: Forecast.Origin, day: Timestamp) {
        switch decision.reason.code {
        case .expiring, .expired:
            if let replacedAt { return (.renewal, replacedAt) }
            return (.inventory, decision.notAfter)
        default: return (.finding, decision.notAfter)
        }
    }
}

/// Makes up what runs of the future make: certificates, rotations, keys.
struct Supposer {
    private let snapshot: PlanningSnapshot
    private let authorities: AuthorityDirectory
    private var issuers: [String: Int64] = [:]
    private var last: Int64 = 0

    init(_ planner: Planner) {
        snapshot = planner.snapshot
        authorities = planner.authorities
    }

    mutating func certificate(
        _ policy: RotationPolicy, for device: PlanningDevice, replacing old: PlanningCertificate?, _ source: KeySource,
        at: Timestamp
    ) throws -> PlanningCertificate {
        let profile = policy.profile
        let request = device.request ?? self.request(policy)
        let stays = source == .currentKey ? old : nil
        let notAfter = at + profile.validity
        return PlanningCertificate(
            supposed: next(), fingerprint: Fingerprint(digest(last)), notBefore: at - profile.backdate,
            notAfter: authorities.end(of: profile.authority).map { min($0, notAfter) } ?? notAfter,
            key: stays?.key ?? request.algorithm, keyFingerprint: stays?.keyFingerprint ?? request.keyFingerprint,
            signature: profile.signature, issuer: try issuer(profile.authority))
    }

    mutating func rotation(
        _ state: RotationState, _ decision: Decision, new: Int64?, at: Timestamp
    ) -> OpenRotation {
        OpenRotation(
            supposed: next(), state: state, reason: decision.reason, oldCertificate: decision.certificateRow,
            newCertificate: new, at: at)
    }

    /// A CSR that the policy takes.
    mutating func request(_ policy: RotationPolicy) -> WaitingRequest {
        WaitingRequest(
            keyFingerprint: KeyFingerprint(digest(next())),
            algorithm: policy.profile.keys.first?.algorithm ?? .ecdsaP256)
    }

    private mutating func issuer(_ authority: String) throws -> Int64 {
        if let known = issuers[authority] { return known }
        let row = try snapshot.supposedIssuer(authorities[authority]?.certificate.subject.text ?? authority)
        issuers[authority] = row
        return row
    }

    /// Below zero: rows of the inventory are above it.
    private mutating func next() -> Int64 {
        last -= 1
        return last
    }

    /// One that no key and no certificate has.
    private func digest(_ row: Int64) -> SHA256Digest {
        var bytes = [UInt8](repeating: 0, count: 32)
        withUnsafeBytes(of: row.bigEndian) { bytes.replaceSubrange(0..<8, with: $0) }
        return SHA256Digest(bytes) ?? .zero
    }
}
