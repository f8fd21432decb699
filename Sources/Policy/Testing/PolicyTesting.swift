import RotationModel

extension PolicySet {
    /// Runs the tests of all files, in the order of the files. Nothing outside the policies has a say: no inventory, no inbox,
    /// no clock.
    package func runTests() -> [PolicyTestResult] { tests.map(run) }

    private func run(_ test: PolicyTest) -> PolicyTestResult {
        let bench = PolicyTestBench(policies: self, given: test.given)
        switch bench.selection {
        case .ambiguous(let tied): return PolicyTestResult(test, tied: tied.map { policies[$0].name })
        case .none: return PolicyTestResult(test, bench.uncovered)
        case .one(let index):
            let policy = policies[index]
            if test.given.issuer != nil, policy.checksIssuer, policy.profile.authoritySubject == nil {
                return PolicyTestResult(
                    test, skipped: "who issued it counts, and outside a workspace nobody knows the authorities' names")
            }
            return PolicyTestResult(test, bench.outcome(under: policy))
        }
    }
}

extension RotationPolicy {
    fileprivate var checksIssuer: Bool { [.replace, .report].contains(compliance.action(on: .issuer)) }
}

/// A test's device on the table: the planner's own judgement, over facts that were made up.
private struct PolicyTestBench {
    let policies: PolicySet
    let given: PolicyTest.Given

    private var facts: SelectorFacts {
        SelectorFacts(account: given.account.text, labels: given.labels, issuer: given.issuer ?? "")
    }

    var selection: Selection {
        // A certificate that does not authenticate is left alone, whoever claims its device.
        given.status == .active ? policies.select(for: facts, device: given.device) : .none
    }

    var uncovered: PolicyTestOutcome {
        let certificate = certificate(under: nil)
        if let outcome = revoked(certificate) { return outcome }
        guard given.status == .active else {
            return PolicyTestOutcome(
                .none, remark: "only an ACTIVE certificate is kept fresh, and this is \(given.status.rawValue)")
        }
        let reason = Reason(.uncovered, "no policy matches this device")
        return PolicyTestOutcome(revocation(of: certificate) == nil ? .uncovered : .blocked, reason: reason)
    }

    func outcome(under policy: RotationPolicy) -> PolicyTestOutcome {
        let certificate = certificate(under: policy)
        if let outcome = revoked(certificate) { return outcome }
        let wanted = revocation(of: certificate).map {
            Reason(.revoked, "revocation \($0.acting.name) (\($0.standing.reason.rawValue)): it is replaced first")
        }
        switch policy.evaluate(certificate, of: given.device, at: given.at, revocation: wanted) {
        case .fresh:
            return PolicyTestOutcome(.none, policy: policy.name, remark: remark(on: certificate, under: policy))
        case .report(let finding):
            return PolicyTestOutcome(.report, policy: policy.name, reason: finding.reason)
        case .replace(let finding):
            let device = DeviceFacts(device: given.device, account: given.account, labels: given.labels)
            if let obstacle = policy.profile.namingObstacle(for: device) {
                return PolicyTestOutcome(.blocked, policy: policy.name, reason: obstacle)
            }
            let request = given.hasWaitingRequest ? RequestFacts(key: usualKey(of: policy)) : nil
            let action: PolicyTestAction =
                policy.replacementKey(for: certificate, waiting: request) == nil ? .requestCSR : .issue
            return PolicyTestOutcome(action, policy: policy.name, reason: finding.reason)
        }
    }

    // MARK: Facts

    private func certificate(under policy: RotationPolicy?) -> CertificateFacts {
        let notAfter = given.at + (given.left ?? given.lifetime)
        let signature = given.signature ?? policy?.profile.signature ?? .ecdsaWithSHA256
        return CertificateFacts(
            notBefore: notAfter - given.lifetime, notAfter: notAfter,
            key: given.key ?? policy.map(usualKey) ?? .ecdsaP256, isKeyShared: given.hasSharedKey, signature: signature,
            isSignatureWeak: !SignatureAlgorithm.registered.contains(signature),
            issuer: given.issuer ?? policy?.profile.authoritySubject?.description ?? "", contact: contact)
    }

    private var contact: Contact {
        switch given.seen {
        case nil: .unknown
        case .never: .never
        case .ago(let span): .last(given.at - span)
        }
    }

    private func usualKey(of policy: RotationPolicy) -> KeyAlgorithm { policy.profile.keys[0].algorithm }

    /// Of the rules that name the certificate, the one that says when it goes, and the one that it goes for.
    private func revocation(of certificate: CertificateFacts) -> (acting: RevocationRule, standing: RevocationRule)? {
        // What no test can name: it never meets a rule that asks for a fingerprint, a serial number or a key.
        let nothing = SHA256Digest.zero
        let revocable = RevocableFacts(
            fingerprint: Fingerprint(nothing), serialNumber: SerialNumber(bytes: [0]), issuer: certificate.issuer,
            notBefore: certificate.notBefore, key: certificate.key, keyFingerprint: KeyFingerprint(nothing),
            signature: certificate.signature, isKeyShared: certificate.isKeyShared)
        let selector = SelectorFacts(account: facts.account, labels: facts.labels, issuer: certificate.issuer)
        if given.status == .revoked { return nil }
        let rules = policies.revocations.filter { $0.matches(revocable, selector, id: given.device) }
        guard let acting = rules.min(by: { $0.urgency < $1.urgency }),
            let standing = rules.min(by: { $0.standing < $1.standing })
        else { return nil }
        return (acting, standing)
    }

    /// What becomes of a certificate that is revoked now; nil where none is.
    private func revoked(_ certificate: CertificateFacts) -> PolicyTestOutcome? {
        guard let (acting, standing) = revocation(of: certificate) else { return nil }
        let step = RevocationStep(
            mode: acting.mode, deadline: acting.deadline.map { given.at + $0 }, status: given.status,
            notAfter: certificate.notAfter, isReplacementProven: false, at: given.at)
        guard case .revoke = step else { return nil }
        return PolicyTestOutcome(
            .revoke, policy: acting.name,
            reason: Reason(.revoked, "revocation \(acting.name) (\(standing.reason.rawValue))"))
    }

    private func remark(on certificate: CertificateFacts, under policy: RotationPolicy) -> String {
        let due = policy.dueDate(of: certificate, device: given.device)
        return
            "nothing that the policy acts on is wrong with it, and it is due only in \((due - given.at).approximate), "
            + "with \((certificate.notAfter - due).approximate) left"
    }
}
