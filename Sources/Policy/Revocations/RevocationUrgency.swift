import RotationModel

/// Which of several revocations that reach one certificate says when it goes: what goes at once, then the sooner deadline, then the graver
/// reason, then the first by name. Whose reason is told is another matter: see ``RevocationStanding``.
package struct RevocationUrgency: Comparable, Sendable {
    private let mode: RevocationMode
    /// Of all that are compared, from the same start; nil for none.
    private let deadline: Int64?
    private let standing: RevocationStanding

    /// - Parameter deadline: seconds, from a start that all have that are compared.
    package init(mode: RevocationMode, deadline: Int64?, standing: RevocationStanding) {
        (self.mode, self.deadline, self.standing) = (mode, deadline, standing)
    }

    /// The less, the more urgent.
    package static func < (left: RevocationUrgency, right: RevocationUrgency) -> Bool {
        if left.mode != right.mode { return left.mode == .revokeNow }
        // What waits for nothing has no use for a deadline.
        if left.mode == .replaceThenRevoke, left.deadline != right.deadline {
            return left.deadline ?? .max < right.deadline ?? .max
        }
        return left.standing < right.standing
    }
}

/// Which of several revocations that reach one certificate is the one that it is revoked for: the gravest reason, then a rule of the policy
/// files (it would reach the replacement, had it not caused it), then the first by name.
package struct RevocationStanding: Comparable, Sendable {
    private let reason: RevocationReason
    private let isRule: Bool
    private let name: String

    package init(reason: RevocationReason, isRule: Bool, name: String) {
        (self.reason, self.isRule, self.name) = (reason, isRule, name)
    }

    /// The less, the graver.
    package static func < (left: RevocationStanding, right: RevocationStanding) -> Bool {
        if left.reason.gravity != right.reason.gravity { return left.reason.gravity > right.reason.gravity }
        if left.isRule != right.isRule { return left.isRule }
        return left.name < right.name
    }
}
