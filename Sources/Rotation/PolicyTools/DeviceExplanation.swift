public import Fleet
public import Policy
public import RotationModel

/// Why a device is treated as it is: its facts, the policies one by one, its dates, and what the next run does about it.
public struct DeviceExplanation: Sendable {
    /// The dates of the current certificate under the policy that decides.
    public struct Dates: Sendable {
        /// When it is due, spread and all.
        public let due: Timestamp
        /// When it would be due without a spread.
        public let latestDue: Timestamp
        /// Of ``ExpiryRule/spread``, how much earlier this device starts, from 0 up to, not including, 1.
        public let spreadShare: Double
        /// Of the certificate's lifetime.
        public let renewBefore: TimeSpan
        /// Of the certificate's lifetime; zero where there is none.
        public let spread: TimeSpan
        public let notAfter: Timestamp
    }

    public let at: Timestamp
    public let policies: PolicyEdition
    public let story: DeviceStory
    /// The certificate that is kept fresh; nil where none is ACTIVE, and no policy has a say.
    public let current: Fingerprint?
    /// All policies, the highest priority first. Empty where there is no current certificate.
    public let considerations: [PolicyConsideration]
    /// The policy that decides; nil where none does, or several claim to.
    public let policy: RotationPolicy?
    /// Nil where no policy decides.
    public let dates: Dates?
    /// The planner's own rows for the device; nil where there can be no plan.
    public let decisions: [Decision]?
    /// Why there can be no plan.
    public let planFailure: RotationError?
    /// Why the next run would not take what the device handed in.
    public let rejected: [InboxOutlook.Rejected]
}

extension DryRun {
    /// Explains one device: the same plan as ``plan()``, read for this device, and the selection that it rests on.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the inventory does not have the device, with the names that are near.
    public func explain(_ device: DeviceID) async throws -> DeviceExplanation {
        let (policies, edition) = try workspace.loadPolicies()
        let inventory = try workspace.openInventory(.readOnly)
        guard let story = try inventory.show(device) else {
            let near = try inventory.nearNames(device)
            throw RotationError(
                .badInput, "the inventory has no device \(device)",
                advice: near.isEmpty
                    ? "see `rotation-job inventory list`" : "did you mean \(near.joined(separator: ", "))?")
        }
        let current = try inventory.planningSnapshot { try $0.intakeContext(device) }
        let considerations = current.map { $0.considerations(under: policies) } ?? []
        let policy = considerations.first { $0.outcome == .decides }?.policy
        let plan = try await attemptPlan()
        return DeviceExplanation(
            at: at, policies: edition, story: story, current: current?.current?.fingerprint,
            considerations: considerations, policy: policy,
            dates: policy.flatMap { policy in
                current?.current.map { DeviceExplanation.Dates(of: $0, device: device, under: policy) }
            },
            decisions: plan.rows.map { $0.filter { $0.device == device } }, planFailure: plan.failure,
            rejected: plan.rejected.filter { $0.device == device })
    }

    /// Two policies that claim one device stop every plan, and are the very thing to explain.
    private func attemptPlan() async throws -> (
        rows: [Decision]?, rejected: [InboxOutlook.Rejected], failure: RotationError?
    ) {
        do {
            let plan = try await plan()
            return (plan.decisions, plan.inbox?.refused ?? [], nil)
        } catch let error as RotationError where error.code == .badInput {
            return (nil, [], error)
        }
    }
}

extension IntakeContext {
    /// None where the device has no ACTIVE certificate: then no policy is asked.
    fileprivate func considerations(under policies: PolicySet) -> [PolicyConsideration] {
        guard let issuer = currentIssuer else { return [] }
        let facts = SelectorFacts(account: account.text, labels: labels.values, issuer: issuer)
        return policies.explainSelection(for: facts, device: device)
    }
}

extension DeviceExplanation.Dates {
    fileprivate init(of certificate: PlanningCertificate, device: DeviceID, under policy: RotationPolicy) {
        // Dates follow from the certificate's validity alone.
        let facts = CertificateFacts(
            notBefore: certificate.notBefore, notAfter: certificate.notAfter, key: certificate.key,
            signature: certificate.signature, issuer: "")
        let lifetime = certificate.notAfter - certificate.notBefore
        due = policy.dueDate(of: facts, device: device)
        renewBefore = policy.expiry.renewBefore.length(of: lifetime)
        latestDue = certificate.notAfter - renewBefore
        spreadShare = policy.spreadShare(of: device)
        spread = policy.expiry.spread.length(of: lifetime)
        notAfter = certificate.notAfter
    }
}
