import RotationModel

/// Which of several revocations that reach one certificate acts: the sooner, then the graver, then the first by name.
package struct RevocationUrgency: Comparable, Sendable {
    private let mode: RevocationMode
    private let reason: RevocationReason
    private let name: String

    package init(mode: RevocationMode, reason: RevocationReason, name: String) {
        (self.mode, self.reason, self.name) = (mode, reason, name)
    }

    /// The less, the more urgent.
    package static func < (left: RevocationUrgency, right: RevocationUrgency) -> Bool {
        if left.mode != right.mode { return left.mode == .revokeNow }
        if left.reason.reachesDescendants != right.reason.reachesDescendants { return left.reason.reachesDescendants }
        return left.name < right.name
    }
}
