/// In whose name the registry is written: what the audit says of each entry.
package enum Actor: Hashable, Sendable {
    /// A run; the audit names whoever started it as well.
    case run(RunID)
    /// Somebody at the command line, by the name of their account.
    case person(String)

    package var run: RunID? {
        if case .run(let run) = self { run } else { nil }
    }
}
