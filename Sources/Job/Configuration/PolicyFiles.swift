import LocatedYAML
import RotationModel

/// Finds and reads policy files.
package enum PolicyFiles {
    /// Reads files, and of folders those that ``PolicyFileName`` says, in the order of their names; folders within folders are not
    /// entered (``PolicyFilesPassedOver`` tells).
    ///
    /// - Parameter root: the workspace's folder; files in it are shown by their path from there, `policies/sensors.yaml`.
    ///   Empty to show paths as they are given.
    /// - Throws: ``RotationError/Code/configuration`` where a file or folder is missing or is something else,
    ///   ``RotationError/Code/permission`` where it may not be read.
    package static func read(_ paths: [String], root: String = "") throws(RotationError) -> [SourceFile] {
        var files: [SourceFile] = []
        for path in paths {
            switch try ConfigurationFile.kind(of: path, missing: missing) {
            case .file: try add(path, to: &files, root: root)
            case .folder:
                for name in try ConfigurationFile.names(in: path, missing: missing)
                where PolicyFileName.isRead(name) {
                    try add(WorkspacePath.resolve(name, from: path), to: &files, root: root)
                }
            }
        }
        return files
    }

    private static let missing = "`policies` in rotation.yaml names a folder of *.yaml files, or a list of files"

    /// A file that is named twice, by itself and by its folder, is read once.
    private static func add(_ path: String, to files: inout [SourceFile], root: String) throws(RotationError) {
        let shown = root.isEmpty ? path : WorkspacePath.shown(path, from: root)
        if files.contains(where: { $0.path == shown }) { return }
        let bytes = try ConfigurationFile.read(path, limit: SourceFile.longest, missing: missing)
        files.append(SourceFile(path: shown, bytes: bytes))
    }
}
