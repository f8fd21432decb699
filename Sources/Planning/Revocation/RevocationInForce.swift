import Fleet
import Policy
import RotationModel

/// A revocation that is in force: a rule of the policy files, or an order that a person gave.
package struct RevocationInForce: Sendable {
    /// The row of its record; nil in a dry run for a rule that no run has recorded yet.
    package let order: Int64?
    package let name: String
    package let reason: RevocationReason
    package let mode: RevocationMode
    /// When the certificate goes although its replacement is not confirmed; nil where it waits for the confirmation.
    package let deadline: Timestamp?
    /// Where the rule stands; nil for an order that a person gave.
    package let policy: PolicyReference?

    init(_ rule: RevocationRule, recorded: RevocationOrder?, at: Timestamp) {
        order = recorded?.id
        name = rule.name
        reason = rule.reason
        mode = rule.mode
        // A rule that was taken out and is put back counts anew: an old deadline would revoke the whole lot at once.
        let since = recorded.flatMap { $0.withdrawnAt == nil ? $0.recordedAt : nil } ?? at
        deadline = rule.deadline.map { since + $0 }
        policy = PolicyReference(name: rule.name, file: rule.place.file, line: rule.place.line)
    }

    init(_ order: RevocationOrder) {
        self.order = order.id
        name = order.name
        reason = order.reason
        mode = order.mode
        deadline = order.deadline.map { order.recordedAt + $0 }
        policy = nil
    }

    /// An order that a person is about to give.
    init(name: String, reason: RevocationReason, mode: RevocationMode, deadline: Timestamp?) {
        order = nil
        self.name = name
        self.reason = reason
        self.mode = mode
        self.deadline = deadline
        policy = nil
    }

    /// Of several that reach one certificate, the least says when it goes.
    var urgency: RevocationUrgency {
        RevocationUrgency(mode: mode, deadline: deadline?.seconds, standing: standing)
    }

    /// Of several that reach one certificate, it is revoked for the least.
    var standing: RevocationStanding { RevocationStanding(reason: reason, isRule: policy != nil, name: name) }

    /// `revocation stolen-lot-2211 (keyCompromise)`
    var title: String { "revocation \(name) (\(reason.rawValue))" }
}

/// What a revocation means for the fleet, in numbers of certificates.
package struct RevocationOutlook: Sendable {
    package let revocation: RevocationInForce
    /// Those that it names.
    package var matched = 0
    /// Those that were issued by renewing one of them.
    package var descendants = 0
    /// Those that have the key of one of them.
    package var sharedKeys = 0
    /// Of all these, those that are REVOKED already.
    package var revoked = 0
    /// Those that the run revokes.
    package var due = 0
    /// Those that wait for their device's replacement to be confirmed.
    package var waiting = 0

    init(_ revocation: RevocationInForce) { self.revocation = revocation }

    /// A rule that reaches nothing, REVOKED or not, is more likely misspelt than meant.
    package var namesNothing: Bool { revocation.policy != nil && matched + descendants + sharedKeys == 0 }

    mutating func count(_ reach: RevocationReach, _ certificates: Int) {
        switch reach {
        case .matched: matched += certificates
        case .descendant: descendants += certificates
        case .sharedKey: sharedKeys += certificates
        }
    }
}
