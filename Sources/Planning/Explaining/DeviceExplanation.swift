import Fleet
import Policy
import RotationModel

/// Why a device is treated as it is: its facts, the policies one by one, its dates, and what the next run does about it.
package struct DeviceExplanation: Sendable {
    /// The dates of the current certificate under the policy that decides.
    package struct Dates: Sendable {
        /// When it is due, spread and all.
        package let due: Timestamp
        /// When it would be due without a spread.
        package let latestDue: Timestamp
        /// Of ``ExpiryRule/spread``, how much earlier this device starts, from 0 up to, not including, 1.
        package let spreadShare: Double
        /// Of the certificate's lifetime.
        package let renewBefore: TimeSpan
        /// Of the certificate's lifetime; zero where there is none.
        package let spread: TimeSpan
        package let notAfter: Timestamp
        /// ``ContactRule/renewBefore`` of the certificate's lifetime, where the device is seldom seen now and this is longer than the other.
        package let contactLead: TimeSpan?
        /// When it is due if it is not seen at the gate any more; nil where that is no earlier than ``due``.
        package let dueIfSilent: Timestamp?
    }

    package let at: Timestamp
    package let policies: PolicyEdition
    package let story: DeviceStory
    /// The certificate that is kept fresh; nil where none is ACTIVE, and no policy has a say.
    package let current: Fingerprint?
    /// All policies, the highest priority first. Empty where there is no current certificate.
    package let considerations: [PolicyConsideration]
    /// The policy that decides; nil where none does, or several claim to.
    package let policy: RotationPolicy?
    /// Nil where no policy decides.
    package let dates: Dates?
    /// The planner's own rows for the device; nil where there can be no plan.
    package let decisions: [Decision]?
    /// Why there can be no plan.
    package let planFailure: RotationError?
    /// Why the next run would not take what the device handed in.
    package let rejected: [InboxOutlook.Rejected]
    /// When the device last spoke to the gate.
    package let contact: Contact

    package init(
        at: Timestamp, policies: PolicyEdition, story: DeviceStory, current: Fingerprint?,
        considerations: [PolicyConsideration], policy: RotationPolicy?, dates: Dates?, decisions: [Decision]?,
        planFailure: RotationError?, rejected: [InboxOutlook.Rejected], contact: Contact = .unknown
    ) {
        self.at = at
        self.policies = policies
        self.story = story
        self.current = current
        self.considerations = considerations
        self.policy = policy
        self.dates = dates
        self.decisions = decisions
        self.planFailure = planFailure
        self.rejected = rejected
        self.contact = contact
    }
}

extension IntakeContext {
    /// None where the device has no ACTIVE certificate: then no policy is asked.
    package func considerations(under policies: PolicySet) -> [PolicyConsideration] {
        guard let issuer = currentIssuer else { return [] }
        let facts = SelectorFacts(account: account.text, labels: labels.values, issuer: issuer)
        return policies.explainSelection(for: facts, device: device)
    }
}

extension DeviceExplanation.Dates {
    /// - Parameters:
    ///   - contact: when the device last spoke to the gate.
    ///   - now: when it is explained for.
    package init(
        of certificate: PlanningCertificate, device: DeviceID, under policy: RotationPolicy,
        contact: Contact = .unknown,
        at now: Timestamp
    ) {
        // Dates follow from the certificate's validity, and from how long the device is silent.
        func due(_ contact: Contact) -> Timestamp {
            policy.dueDate(
                of: CertificateFacts(
                    notBefore: certificate.notBefore, notAfter: certificate.notAfter, key: certificate.key,
                    signature: certificate.signature, issuer: "", contact: contact), device: device)
        }
        let lifetime = certificate.notAfter - certificate.notBefore
        let isSeldom = policy.expiry.contact?.isSeldom(contact, at: now) ?? false
        let dueNow = due(isSeldom ? contact : .unknown)
        let dueIfSilent = due(contact)
        self.due = dueNow
        self.dueIfSilent = dueIfSilent < dueNow ? dueIfSilent : nil
        renewBefore = policy.expiry.renewBefore.length(of: lifetime)
        let usual = renewBefore
        contactLead = policy.expiry.contact.flatMap { rule in
            let lead = rule.renewBefore.length(of: lifetime)
            return isSeldom && lead > usual ? lead : nil
        }
        latestDue = max(dueNow, certificate.notAfter - (contactLead ?? usual))
        spreadShare = policy.spreadShare(of: device)
        spread = policy.expiry.spread.length(of: lifetime)
        notAfter = certificate.notAfter
    }
}
