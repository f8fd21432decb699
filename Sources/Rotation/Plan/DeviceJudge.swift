import Fleet
import Policy
import RotationModel

/// Decides for one device that one policy covers.
struct DeviceJudge {
    let planner: Planner
    let device: PlanningDevice
    let policyIndex: Int
    let sharedKeys: Set<KeyFingerprint>

    private var policy: RotationPolicy { planner.policies.policies[policyIndex] }

    func decisions() throws -> [Decision] {
        guard let current = device.active.first else { return [] }
        let facts = try certificateFacts(of: current)
        if let rotation = device.rotation {
            // What is issued waits for the device's proof; nothing is started beside it.
            guard rotation.state == .awaitingCSR || rotation.state == .ready else { return [] }
            if rotation.oldCertificate == current.row {
                return try goOn(with: rotation, current, facts).map { [$0] } ?? []
            }
            // The device got another certificate meanwhile: that one is judged as it stands, and nothing is retired yet.
            return try judged(current, facts)
        }
        return try judged(current, facts) + leftovers()
    }

    // MARK: The current certificate

    private func judged(_ current: PlanningCertificate, _ facts: CertificateFacts) throws -> [Decision] {
        switch policy.judge(facts, of: device.id, at: planner.at) {
        case .fresh: []
        case .report(let finding): [try row(current, .report, finding)]
        case .replace(let finding): [try replacement(of: current, facts, finding)]
        }
    }

    /// A rotation that asked for a CSR, or died before it was signed, goes on when there is a key to certify; and the
    /// device is asked again when what it handed in was refused.
    private func goOn(
        with rotation: OpenRotation, _ current: PlanningCertificate, _ facts: CertificateFacts
    ) throws -> Decision? {
        let finding: Finding
        switch policy.judge(facts, of: device.id, at: planner.at) {
        case .replace(let found): finding = found
        case .fresh, .report: finding = Finding(reason: rotation.reason, further: [])
        }
        let row = try replacement(of: current, facts, finding)
        let isNews = row.action != .requestCSR || row.refused != nil || rotation.state == .ready
        return isNews ? row : nil
    }

    private func replacement(
        of current: PlanningCertificate, _ facts: CertificateFacts, _ finding: Finding
    ) throws -> Decision {
        if let obstacle = try obstacle(current, finding) {
            return try row(current, .blocked, Finding(reason: obstacle, further: [finding.reason] + finding.further))
        }
        if isUsable(planner.waiting.request(of: device), insteadOf: current) {
            return try row(current, .issue, finding, key: .request)
        }
        if policy.keyMayStay(facts) { return try row(current, .issue, finding, key: .currentKey) }
        return try row(current, .requestCSR, finding)
    }

    /// A CSR that was taken in earlier may no longer be what the profile of today allows.
    private func isUsable(_ request: WaitingRequest?, insteadOf current: PlanningCertificate) -> Bool {
        guard let request else { return false }
        return policy.profile.allows(request.algorithm)
            && (policy.rekey == .allowed || request.keyFingerprint != current.keyFingerprint)
    }

    /// What keeps any replacement from being made now, whoever's key it is for.
    private func obstacle(_ current: PlanningCertificate, _ finding: Finding) throws -> Reason? {
        let profile = policy.profile
        if let reason = planner.authorities.obstacle(profile: profile, at: planner.at) {
            return Reason(.authority, reason)
        }
        if let end = planner.authorities.end(of: profile.authority), end <= current.notAfter,
            finding.reason.code == .expiring || finding.reason.code == .expired
        {
            return Reason(
                .authority,
                "authority \(profile.authority) ends at \(end), no later than the certificate to replace (\(current.notAfter)); "
                    + "renew the authority, or name another in profile \(profile.name)")
        }
        do {
            let facts = try deviceFacts()
            _ = try profile.subject(for: facts)
            _ = try profile.alternativeNames(for: facts)
            return nil
        } catch let error as RotationError {
            return Reason(.subject, "\(error.message) (profile \(profile.name))")
        }
    }

    // MARK: The others

    /// Older `ACTIVE` certificates beside the current one.
    private func leftovers() throws -> [Decision] {
        guard device.active.count > 1, let action = policy.superseded, action != .ignore else { return [] }
        return try device.active.dropFirst().map { old in
            let reason = Reason(
                .superseded,
                "an older active certificate beside the current one, which lasts until \(device.active[0].notAfter)")
            if action == .retire && sharedKeys.contains(old.keyFingerprint) {
                let kept = Reason(
                    .superseded, reason.text + "; it stays while another device has a certificate with the same key")
                return try row(old, .report, Finding(reason: kept, further: []))
            }
            return try row(old, action == .retire ? .retire : .report, Finding(reason: reason, further: []))
        }
    }

    // MARK: Values

    private func row(
        _ certificate: PlanningCertificate, _ action: Action, _ finding: Finding, key: KeySource = .request
    ) throws -> Decision {
        Decision(
            device: device.id, account: try planner.snapshot.accountName(device.account),
            fingerprint: certificate.fingerprint, notAfter: certificate.notAfter, action: action,
            reason: finding.reason, further: finding.further,
            policy: PolicyReference(name: policy.name, file: policy.place.file, line: policy.place.line),
            keySource: key, deviceRow: device.row, certificateRow: certificate.row, policyIndex: policyIndex,
            refused: planner.waiting.refusal(of: device), labelSet: device.labelSet)
    }

    private func certificateFacts(of certificate: PlanningCertificate) throws -> CertificateFacts {
        CertificateFacts(
            notBefore: certificate.notBefore, notAfter: certificate.notAfter, key: certificate.key,
            keyWeakness: certificate.keyWeakness, isKeyShared: sharedKeys.contains(certificate.keyFingerprint),
            signature: certificate.signature, isSignatureWeak: certificate.isSignatureWeak,
            issuer: try planner.snapshot.issuerName(certificate.issuer))
    }

    private func deviceFacts() throws -> DeviceFacts {
        DeviceFacts(
            device: device.id, account: try planner.snapshot.accountName(device.account),
            labels: try planner.snapshot.labels(ofSet: device.labelSet).values)
    }
}
