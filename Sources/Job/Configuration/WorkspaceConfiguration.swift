import Fleet
import Issuing
import LocatedYAML
import Planning
import RotationModel

/// What `rotation.yaml` says: where a workspace keeps its things, who signs, and the guards of a run. Paths are absolute.
package struct WorkspaceConfiguration: Sendable {
    /// The file it was read from.
    package let path: String
    /// The folder of that file.
    package let root: String
    /// The SQLite file.
    package let inventory: InventoryLocation
    /// Folders of policy files, or files.
    package let policies: [String]
    package let inbox: InboxConfiguration
    package let delivery: String
    package let reports: String
    package let authorities: [AuthorityConfiguration]
    /// Nil where the workspace writes no manifests.
    package let manifests: ManifestConfiguration?
    package let limits: RunLimits
    /// Nil where the workspace has no network gate.
    package let gate: GateConfiguration?
    /// Where metrics are written for node_exporter's textfile collector; nil where nobody collects them.
    package let metricsFile: String?
    /// Who is told of what.
    package let notices: [NoticeRule]

    /// The authority of a name.
    package func authority(named name: String) -> AuthorityConfiguration? {
        authorities.first { $0.name == name }
    }
}

/// Why there is no configuration: a file that cannot be read, or one with mistakes.
package struct ConfigurationError: Error, Sendable {
    /// What happened, with the code that decides the exit status.
    package let failure: RotationError
    /// All mistakes of the file; empty where it could not be read at all.
    package let diagnostics: [Diagnostic]
}

extension ConfigurationError: CustomStringConvertible {
    package var description: String { ([failure.description] + diagnostics.map(\.description)).joined(separator: "\n") }
}

// MARK: - Loading

extension WorkspaceConfiguration {
    /// Where the configuration is looked for when no file is named.
    package static let standardPaths = ["rotation.yaml", "/etc/rotation-job/rotation.yaml"]

    /// The file to read: the one that is named, or the first of ``standardPaths`` that exists. Where none does it is the
    /// first, and ``load(path:)`` says what to do about that.
    package static func find(explicit: String?) -> String {
        explicit ?? standardPaths.first(where: ConfigurationFile.exists) ?? standardPaths[0]
    }

    /// Reads and checks a file.
    ///
    /// - Throws: with every mistake of the file at once.
    package static func load(path: String) throws(ConfigurationError) -> WorkspaceConfiguration {
        let bytes: [UInt8]
        do throws(RotationError) {
            bytes = try ConfigurationFile.read(
                path, limit: SourceFile.longest,
                missing: "run `rotation-job init DIR` to make a workspace, or name its rotation.yaml with --config")
        } catch {
            throw ConfigurationError(failure: error, diagnostics: [])
        }
        return try load(SourceFile(path: path, bytes: bytes))
    }

    /// Checks what was read. Relative paths are seen from the folder of the file's path.
    ///
    /// - Throws: with every mistake of the file at once.
    package static func load(_ file: SourceFile) throws(ConfigurationError) -> WorkspaceConfiguration {
        let document = YAMLDocument.parse(file, example: "version: 1")
        let reader = ConfigurationReader(path: WorkspacePath.absolute(file.path))
        let configuration = document.root.flatMap(reader.read)
        let diagnostics = document.log.diagnostics.sorted(byFiles: [file.path])
        if let configuration, !document.log.hasErrors { return configuration }
        let count = diagnostics.count { $0.severity == .error }
        throw ConfigurationError(
            failure: RotationError(
                .configuration,
                count == 1
                    ? "there is a mistake in the configuration" : "there are \(count) mistakes in the configuration",
                at: diagnostics.first?.place ?? file.path, advice: "correct the file"),
            diagnostics: diagnostics)
    }
}
