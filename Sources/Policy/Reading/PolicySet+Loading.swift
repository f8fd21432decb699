import LocatedYAML
import RotationModel

/// What came of loading policy files.
package struct LoadedPolicies: Sendable {
    /// Nil where any diagnostic is an error.
    package let set: PolicySet?
    /// By file, in the order given, and line. Warnings may stand beside a usable set.
    package let diagnostics: [Diagnostic]
}

extension PolicySet {
    /// Parses and checks files together, and tells every mistake in them.
    ///
    /// - Parameters:
    ///   - authorities: what profiles may name; nil to leave such names unchecked, for files outside a workspace.
    ///   - sha256: for the spread of due dates.
    package static func load(
        _ files: [SourceFile], authorities: [AuthorityFacts]?, sha256: @escaping SHA256Function
    ) -> LoadedPolicies {
        let drafts = files.map { PolicyFileDraft(reading: $0) }
        let compiler = PolicyCompiler(drafts: drafts, authorities: authorities, sha256: sha256)
        let set = compiler.compile()
        let diagnostics = drafts.flatMap(\.log.diagnostics).sorted(byFiles: files.map(\.path))
        return LoadedPolicies(set: diagnostics.contains { $0.severity == .error } ? nil : set, diagnostics: diagnostics)
    }
}
