import Fleet
import Issuing
import LocatedYAML
import Planning
import Policy
import RotationModel

/// What a check of policy files found.
package struct CheckedPolicies: Sendable {
    /// By file, in the order given, and line.
    package let diagnostics: [Diagnostic]
    package let files: Int
    /// Nil where the files have mistakes in them.
    package let set: PolicySet?

    /// Whether anything makes the files unusable.
    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// All that a message can be about.
    package static let rules =
        Diagnostic.Rule.ofReading + Diagnostic.Rule.ofPolicies + PolicyReach.rules + MissingIssuers.rules
        + PolicyFilesPassedOver.rules + UnstatedRequests.rules

    /// - Parameters:
    ///   - authorities: those whose programs are looked for.
    ///   - passedOver: what is to be said of files that are not read.
    init(
        _ files: [SourceFile], _ loaded: LoadedPolicies, _ fleet: (inventory: any FleetStore, at: Timestamp)?,
        authorities: AuthorityDirectory = AuthorityDirectory([]), passedOver: [Diagnostic] = []
    ) throws {
        let reach =
            try loaded.set.map {
                try PolicyReach(policies: $0, files: files, recognition: authorities).diagnostics(fleet)
            } ?? []
        let missing = MissingIssuers(authorities: authorities.configurations).diagnostics
        let unstated = loaded.set.map { UnstatedRequests(policies: $0).diagnostics } ?? []
        diagnostics = (loaded.diagnostics + reach + missing + unstated + passedOver).sorted(byFiles: files.map(\.path))
        self.files = files.count
        set = loaded.set
    }
}
