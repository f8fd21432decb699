/// How long a device may take to do what it was asked or handed something for, before it counts as silent or stuck.
package struct Patience: Hashable, Sendable {
    /// Of `expiry.confirmWithin`.
    package let span: TimeSpan

    package init(_ span: TimeSpan) { self.span = span }

    /// For rotations of a policy that is gone.
    package static let standard = Patience(.days(30))

    /// Whether more than the span has passed, not just as much.
    package func isOver(since: Timestamp, at now: Timestamp) -> Bool { now - since > span }

    /// Whether a person who looked at that time is held to have seen that it runs out: in that very second too, so that nothing is held
    /// against a policy that was resumed because of it.
    package func wasSeenRunningOut(since: Timestamp, by time: Timestamp) -> Bool { time - since >= span }
}
