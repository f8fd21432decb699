/// Whether somebody asked a run to end early: it finishes the batch under way, begins no other, and reports.
package struct StopRequest: Sendable {
    private let ask: @Sendable () -> Bool

    /// - Parameter ask: called between batches, by any task; once it said yes it goes on saying it.
    package init(_ ask: @escaping @Sendable () -> Bool) { self.ask = ask }

    package var isMade: Bool { ask() }

    package static let never = StopRequest { false }
}
