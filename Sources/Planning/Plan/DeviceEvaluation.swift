import Fleet
import Lifecycle
import Policy
import RotationModel

/// Decides for one device that one policy covers.
struct DeviceEvaluation {
    let planner: Planner
    let device: PlanningDevice
    let policyIndex: Int
    let sharedKeys: Set<KeyIdentity>
    let endings: AuthorityEndings
    let revocations: DeviceRevocations
    /// Whether CSRs with different keys were handed in for it, and nobody knows which is its own.
    var isContested = false
    /// Of the reasons.
    var wording = Wording.sentences
    /// Whether it is known already that the device has what the profile's names ask for.
    var hasNames = false

    private var policy: RotationPolicy { planner.policies.policies[policyIndex] }

    func decisions() throws -> [Decision] {
        guard let current = device.active.first else { return [] }
        let decisions = try undisputed(current)
        return isContested ? try disputed(decisions, current) : decisions
    }

    private func undisputed(_ current: PlanningCertificate) throws -> [Decision] {
        let facts = try certificateFacts(of: current)
        guard let rotation = device.rotation else { return try judged(current, facts) + leftovers() }
        switch rotation.state {
        case .awaitingCSR, .ready:
            if rotation.oldCertificate == current.row {
                return try goOn(with: rotation, current, facts).map { [$0] } ?? []
            }
            // The device got another certificate meanwhile: that one is judged as it stands, and nothing is retired yet.
            return try judged(current, facts)
        case .issued, .delivered:
            // What is issued waits for the device's proof; nothing is started beside it, unless it can no longer come.
            guard isLost(rotation) else { return [] }
            return try judged(current, facts, supersedes: true)
        case .confirmed:
            // Where the old certificate has to stay until its revocation, waiting for the overlap's end serves nobody.
            if current.row == rotation.newCertificate, revocations.waiting[current.row] != nil,
                revocations.waiting[rotation.oldCertificate] != nil
            {
                return try judged(current, facts, supersedes: true)
            }
            return try retirement(rotation, current, facts)
        case .completed, .cancelled:
            return []
        }
    }

    // MARK: CSRs of which nobody knows whose they are

    /// Says so of the current certificate, whatever is done about it.
    private func disputed(_ decided: [Decision], _ current: PlanningCertificate) throws -> [Decision] {
        let reason = Reason(
            .conflictingRequests, in: wording,
            "CSRs with different keys were handed in for the device; none is answered before it signs one with the key of this certificate"
        )
        var decisions = decided
        guard let place = decisions.firstIndex(where: { $0.subject.certificateRow == current.row }) else {
            // It was asked and told: now somebody has to look after it.
            let isAsked = device.rotation?.oldCertificate == current.row && device.rotation?.newCertificate == nil
            return decisions + [
                try row(current, isAsked ? .blocked(policy: policyIndex) : .report, Finding(reason: reason))
            ]
        }
        if case .requestCSR = decisions[place].action {
            decisions[place].otherFindings.insert(decisions[place].cause.reason, at: 0)
            decisions[place].cause = Cause(reason, decisions[place].cause.policy)
        } else {
            decisions[place].otherFindings.append(reason)
        }
        return decisions
    }

    // MARK: The current certificate

    private func judged(
        _ current: PlanningCertificate, _ facts: CertificateFacts, supersedes: Bool = false
    ) throws -> [Decision] {
        switch verdict(on: current, facts) {
        case .fresh: return []
        case .report(let finding): return [try row(current, .report, finding)]
        case .replace(let finding):
            var replacement = Replacement(policy: policyIndex)
            replacement.supersedes = supersedes
            return [try decide(replacement, of: current, facts, finding)]
        }
    }

    /// What a revocation wants comes before what the policy says.
    private func verdict(on current: PlanningCertificate, _ facts: CertificateFacts) -> Verdict {
        let reason = revocations.waiting[current.row].map { reached in
            let deadline = planner.revocations.acting(on: reached).deadline
                .map { "; the old one goes on \($0) in any case" }
            return Reason(
                .revoked,
                "\(planner.revocations.title(of: reached)): it is replaced first, and then revoked\(deadline ?? "")")
        }
        return policy.evaluate(facts, of: device.id, at: planner.at, revocation: reason, in: wording)
    }

    /// A rotation that asked for a CSR, or died before it was signed, goes on when there is a key to certify; and the
    /// device is asked again when what it handed in was refused.
    private func goOn(
        with rotation: OpenRotation, _ current: PlanningCertificate, _ facts: CertificateFacts
    ) throws -> Decision? {
        let finding: Finding
        switch verdict(on: current, facts) {
        case .replace(let found): finding = found
        case .fresh, .report: finding = Finding(reason: rotation.reason)
        }
        var replacement = Replacement(policy: policyIndex)
        replacement.isUnderWay = true
        let row = try decide(replacement, of: current, facts, finding)
        let isRevokedNow = row.revocation.map { $0.cause == nil || $0.cause != rotation.revocation } ?? false
        let isNews =
            row.action.name != .requestCSR || planner.waiting.refusal(of: device) != nil || rotation.state == .ready
            || isRevokedNow
        return isNews ? row : nil
    }

    private func decide(
        _ replacement: Replacement, of current: PlanningCertificate, _ facts: CertificateFacts, _ finding: Finding
    ) throws -> Decision {
        if let obstacle = try obstacle(current, finding) {
            return try row(
                current, .blocked(policy: policyIndex),
                Finding(reason: obstacle, further: [finding.reason] + finding.further))
        }
        let request = planner.waiting.request(of: device).map { request in
            RequestFacts(
                key: request.algorithm, hasCurrentKey: request.publicKey.identity == current.keyIdentity,
                isKeyRefused: planner.revocations.refuses(request.publicKey.identity),
                isProved: request.proof.isProof)
        }
        switch policy.replacementKey(for: facts, waiting: request) {
        case .request: return try row(current, .issue(replacement, key: .request), finding)
        case .current: return try row(current, .issue(replacement, key: .currentKey), finding)
        case nil:
            let refused = planner.waiting.standingRefusal(of: device)
            return try row(current, .requestCSR(replacement, refused: refused), finding)
        }
    }

    // MARK: A replacement that was handed out

    /// Whether the device can no longer prove the replacement: it has expired, it was made INACTIVE or REVOKED elsewhere, or
    /// the device asks for another key, and so does not have the first.
    private func isLost(_ rotation: OpenRotation) -> Bool {
        if let new = rotation.newCertificate, device.active.contains(where: { $0.row == new }) { return false }
        guard let pending = device.pending.first(where: { $0.row == rotation.newCertificate }) else { return true }
        if planner.at > pending.notAfter { return true }
        guard let request = planner.waiting.request(of: device), let deliveredAt = rotation.deliveredAt else {
            return false
        }
        // Whoever can write the inbox must not take a replacement from its device.
        guard request.proof.isProof || policy.requests == .any else { return false }
        return request.publicKey.identity != pending.keyIdentity
            && planner.at - deliveredAt >= DeviceEvaluation.patience
    }

    /// How long a replacement is left alone although its device asks for another: one that asks each hour would get a
    /// certificate each hour.
    private static let patience = TimeSpan.days(1)

    /// The device has proved its new key: the old certificate goes when the overlap is over, or when waiting longer serves
    /// nobody.
    private func retirement(
        _ rotation: OpenRotation, _ current: PlanningCertificate, _ facts: CertificateFacts
    ) throws -> [Decision] {
        // A confirmation that comes in while a saved plan is carried out is of the plan's time, as it was when it was planned.
        guard let confirmedAt = rotation.confirmedAt.map({ min($0, planner.at) }),
            let old = device.active.first(where: { $0.row == rotation.oldCertificate })
        else { return [] }
        let why: Reason
        if policy.isOverlapOver(confirmedAt: confirmedAt, at: planner.at) {
            why = Reason(
                .confirmed, in: wording,
                "\(proof(at: confirmedAt)), and the overlap of \(policy.expiry.overlap.approximate) is over")
        } else if planner.at > old.notAfter {
            why = Reason(
                .confirmed, in: wording, "\(proof(at: confirmedAt)), and the old certificate has expired")
        } else if current.row == rotation.newCertificate, case .replace = verdict(on: current, facts) {
            why = Reason(
                .confirmed, in: wording,
                "\(proof(at: confirmedAt)), and the new certificate is due itself; the overlap ends early, so that it can be replaced"
            )
        } else {
            return []
        }
        return [try row(old, .retire(rotation: RowID(rotation.row)), Finding(reason: why))]
    }

    private func proof(at time: Timestamp) -> String { "the device proved its new key on \(time)" }

    /// What keeps any replacement from being made now, whoever's key it is for.
    private func obstacle(_ current: PlanningCertificate, _ finding: Finding) throws -> Reason? {
        let profile = policy.profile
        if let reason = planner.authorities.obstacle(profile: profile, at: planner.at) {
            return Reason(.authority, reason)
        }
        if finding.reason.code == .authorityRetiring || finding.reason.code == .authorityRevoked,
            profile.authoritySubject?.isSame(as: try planner.snapshot.issuerName(current.issuer)) ?? false
        {
            return Reason(
                .authority,
                "\(finding.reason.text), and profile \(profile.name) still names it; name its successor there")
        }
        if let end = planner.authorities.end(of: profile.authority), end <= current.notAfter,
            finding.reason.code == .expiring || finding.reason.code == .expired
        {
            return Reason(
                .authority,
                "authority \(profile.authority) ends at \(end), no later than the certificate to replace (\(current.notAfter)); "
                    + "renew the authority, or name another in profile \(profile.name)")
        }
        if hasNames { return nil }
        return profile.namingObstacle(for: try deviceFacts())
    }

    // MARK: The others

    /// Older `ACTIVE` certificates beside the current one.
    private func leftovers() throws -> [Decision] {
        guard device.active.count > 1 else { return [] }
        return try device.active.dropFirst().compactMap { old in
            if let reached = revocations.waiting[old.row] { return try waitingForProof(old, reached) }
            guard let action = policy.superseded, action != .ignore else { return nil }
            let reason = Reason(
                .superseded, in: wording,
                "an older active certificate beside the current one, which lasts until \(device.active[0].notAfter)")
            if action == .retire && sharedKeys.contains(old.keyIdentity) {
                let kept = Reason(
                    .superseded, reason.text + "; it stays while another device has a certificate with the same key")
                return try row(old, .report, Finding(reason: kept))
            }
            return try row(old, action == .retire ? .retire(rotation: nil) : .report, Finding(reason: reason))
        }
    }

    /// A revocation wants it gone, and the device has another certificate, which it has proved to nobody.
    private func waitingForProof(
        _ old: PlanningCertificate, _ reached: ReachedCertificate
    ) throws -> Decision {
        let until = planner.revocations.acting(on: reached).deadline.map { " or until \($0)" } ?? ""
        return try row(
            old, .report,
            Finding(
                reason: Reason(
                    .revoked,
                    "\(planner.revocations.title(of: reached)): it waits until the device has confirmed another certificate\(until)"
                )))
    }

    // MARK: Values

    private func row(
        _ certificate: PlanningCertificate, _ action: Action, _ finding: Finding
    ) throws -> Decision {
        let reference = PolicyReference(name: policy.name, file: policy.place.file, line: policy.place.line)
        return Decision(
            subject: try planner.subject(certificate, of: device), action: action,
            cause: Cause(finding.reason, reference), otherFindings: finding.further,
            revocation: revocations.waiting[certificate.row].map(planner.reference))
    }

    private func certificateFacts(of certificate: PlanningCertificate) throws -> CertificateFacts {
        CertificateFacts(
            notBefore: certificate.notBefore, notAfter: certificate.notAfter, key: certificate.key,
            keyName: planner.keyName,
            keyWeakness: certificate.keyWeakness ?? planner.authorities.weakness(of: certificate.keyIdentity),
            isKeyShared: sharedKeys.contains(certificate.keyIdentity),
            signature: certificate.signature, isSignatureWeak: certificate.isSignatureWeak,
            issuer: try planner.snapshot.issuerName(certificate.issuer),
            authorityEnd: endings.end(for: certificate),
            // Looked up only where the answer matters: most policies want a new key in any case.
            isKeyRefused: policy.rekey == .allowed ? try planner.isRefused(certificate.keyIdentity) : false,
            isSelfSigned: certificate.isSelfSigned, malformed: certificate.malformed,
            contact: policy.expiry.contact == nil ? .unknown : try planner.contact(of: device))
    }

    private func deviceFacts() throws -> DeviceFacts {
        DeviceFacts(
            device: device.id, account: try planner.snapshot.accountName(device.account),
            labels: try planner.snapshot.labels(ofSet: device.labelSet).values)
    }
}
