import Fleet
import Lifecycle
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
    private(set) var reached: [ReachedCertificate]
    /// The policy that decided last.
    var policy = 0
    private(set) var progress = Progress.waiting
    /// When its current certificate was issued; nil where the inventory has it already.
    private var replacedAt: Timestamp?
    private var issuedAt: Timestamp?
    /// The policy whose profile's names the device is known to have what they ask for; nothing in a forecast changes that.
    private(set) var named: Int?
    /// For how long it had not been seen at the gate as the forecast began; nil where it never was. Nothing is known of how often it will be:
    /// it is supposed to be as silent as it is.
    private let silence: TimeSpan?
    private let isGateInUse: Bool

    /// - Parameters:
    ///   - contact: when it last spoke to the gate.
    ///   - at: when the forecast begins.
    init(_ device: PlanningDevice, _ reached: [ReachedCertificate], contact: Contact, at: Timestamp) {
        self.device = device
        self.reached = reached
        isGateInUse = contact != .unknown
        silence = if case .last(let time) = contact { max(.zero, at - time) } else { nil }
        keepContact(at: at)
    }

    /// Is as silent at this time as it was when the forecast began.
    mutating func keepContact(at: Timestamp) { device.lastSeen = silence.map { at - $0 } }

    /// For dates to come: who is in touch stays so, and who is not is not.
    private func contact(under rule: ContactRule?) -> Contact {
        guard let rule, isGateInUse else { return .unknown }
        return (silence.map { $0 <= rule.seen } ?? false) ? .unknown : .never
    }

    /// A day begins.
    mutating func begin() { progress = .waiting }

    // MARK: What the device does

    /// Hands in what it was asked for, and proves what it was given.
    mutating func answer(at: Timestamp, _ supposed: inout SupposedFleet) {
        guard let rotation = device.rotation else { return }
        switch rotation.state {
        case .awaitingCSR, .ready:
            if device.request == nil { device.suppose(request: supposed.request(policy)) }
        case .issued, .delivered:
            guard let new = rotation.rotation.replacement else { return }
            device.suppose(.confirmed(new), at: at)
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
        device = device.without(due, at: at)
        reached.removeAll { rows.contains($0.certificate.row) }
    }

    mutating func carryOut(
        _ decision: Decision, at: Timestamp, _ supposed: inout SupposedFleet
    ) throws {
        switch decision.action {
        case .issue(let replacement, let key):
            let old = device.active.first { $0.row == decision.subject.certificateRow }
            let new = try supposed.certificate(
                replacement.policy, request: device.request, replacing: old, key, at: at)
            begin(decision, at: at, &supposed)
            device.pending = [new]
            for event in [.reserved, .issued(RowID(new.row)), .published] as [RotationEvent] {
                device.suppose(event, at: at)
            }
            issuedAt = at
            named = replacement.policy
            progress = .moved
        case .requestCSR:
            begin(decision, at: at, &supposed)
            device.suppose(.asked, at: at)
            progress = .moved
        case .retire(let rotation):
            device.active.removeAll { $0.row == decision.subject.certificateRow }
            if rotation != nil { device.suppose(.overlapEnded(replacement: .active), at: at) }
            progress = .moved
        case .hold: progress = .moved
        case .blocked: progress = .blocked
        case .revoke, .report, .uncovered: break
        }
    }

    private mutating func begin(_ decision: Decision, at: Timestamp, _ supposed: inout SupposedFleet) {
        device.suppose(request: nil)
        device.suppose(
            replacing: decision.subject.certificateRow, for: decision.cause.reason, row: supposed.row(), at: at)
    }

    /// Nothing was decided: a rotation whose old certificate is gone is over, and one that waits for the device goes on.
    mutating func settle(at: Timestamp) {
        guard let rotation = device.rotation else { return }
        switch rotation.state {
        case .awaitingCSR, .ready, .issued, .delivered: progress = .moved
        case .confirmed:
            if !device.active.contains(where: { $0.row == rotation.oldCertificate }) {
                device.suppose(.overlapEnded(replacement: .active), at: at)
                progress = .moved
            }
        case .completed, .cancelled: break
        }
    }

    // MARK: Dates

    /// The next time after `now` at which a run could find something: nil where never.
    func nextEvent(after now: Timestamp, _ policies: PolicySet, _ scope: RevocationScope) -> Timestamp? {
        guard let current = device.active.first else { return nil }
        let facts = CertificateFacts(
            notBefore: current.notBefore, notAfter: current.notAfter, key: current.key, signature: current.signature,
            issuer: "", contact: contact(under: policies.policies[policy].expiry.contact))
        var next: Timestamp?
        func add(_ event: Timestamp) {
            if event > now { next = next.map { min($0, event) } ?? event }
        }
        add(policies.policies[policy].dueDate(of: facts, device: device.id))
        add(current.notAfter + TimeSpan(seconds: 1))
        if let oldest = policies.policies[policy].compliance.oldest {
            add(current.notBefore + oldest + TimeSpan(seconds: 1))
        }
        if let rotation = device.rotation, let confirmedAt = rotation.confirmedAt {
            add(policies.policies[policy].overlapEnd(confirmedAt: confirmedAt))
            if let old = device.active.first(where: { $0.row == rotation.oldCertificate }) {
                add(old.notAfter + TimeSpan(seconds: 1))
            }
        }
        for item in reached {
            if let deadline = scope.acting(on: item).deadline { add(deadline) }
        }
        return next
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
