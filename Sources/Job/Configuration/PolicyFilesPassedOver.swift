import LocatedYAML
import RotationModel

/// Files that stand where policies stand and are not read: a revocation in one of them would revoke nothing, in silence.
struct PolicyFilesPassedOver {
    /// Files and folders of policies, as they are configured or named.
    let paths: [String]
    /// As for ``PolicyFiles/read(_:root:)``.
    let root: String

    static let rules = [passedOver]

    private static let passedOver = Diagnostic.Rule(
        "passed-over", "A file looks like a policy file, and its name or place keeps it from being read",
        kind: "passed-over")

    /// Nobody reads more; they all have one cause.
    private static let most = 20
    private static let deepest = 8
    /// Policies start within so many bytes.
    private static let looked = 1 << 16

    /// A warning for each file, in the order of paths and names. What cannot be looked at is passed over here: whatever reads policies tells
    /// about it.
    var diagnostics: [Diagnostic] {
        var found: [Diagnostic] = []
        for path in paths where kind(of: path) == .folder { look(into: path, depth: 0, of: path, &found) }
        return Array(found.prefix(Self.most))
    }

    private func look(into folder: String, depth: Int, of top: String, _ found: inout [Diagnostic]) {
        guard depth <= Self.deepest else { return }
        let names = (try? ConfigurationFile.names(in: folder, hidden: true, missing: "")) ?? []
        for name in names where found.count < Self.most {
            let path = WorkspacePath.resolve(name, from: folder)
            // Both are named by themselves too, as they may be.
            if paths.contains(path) { continue }
            if depth == 0, PolicyFileName.isRead(name) { continue }
            switch kind(of: path) {
            case .folder:
                // Hidden ones are other programs': git's, or a mounted volume's.
                if !name.hasPrefix(".") { look(into: path, depth: depth + 1, of: top, &found) }
            case .file:
                if PolicyFileName.isRead(name) || PolicyFileName.couldBeMeant(name) || readsLikePolicies(name, path) {
                    found.append(diagnostic(path, isDeep: depth > 0, of: top))
                }
            case nil: break
            }
        }
    }

    private func diagnostic(_ path: String, isDeep: Bool, of top: String) -> Diagnostic {
        let why =
            isDeep
            ? "folders within \(shown(top)) are not entered" : "its name does not end in .yaml or .yml, or is hidden"
        let help =
            isDeep
            ? "move it up, or list its folder under `policies` in rotation.yaml; an example is called NAME.yaml.example"
            : "rename it to NAME.yaml, or move it away; an example is called NAME.yaml.example"
        return Diagnostic(
            .warning, file: shown(path), message: "this file is not read: \(why)", help: help, rule: Self.passedOver)
    }

    /// Whether a file whose name says nothing has a policy file's keys at the start of a line.
    private func readsLikePolicies(_ name: String, _ path: String) -> Bool {
        guard !name.hasPrefix("."), !PolicyFileName.isSetAside(name),
            let bytes = try? ConfigurationFile.read(path, limit: Self.looked, missing: "")
        else { return false }
        let keys = ["policies:", "revocations:", "profiles:"].map { Array($0.utf8) }
        return bytes.split(separator: 0x0A).contains { line in keys.contains { line.starts(with: $0) } }
    }

    private func kind(of path: String) -> ConfigurationFile.Kind? { try? ConfigurationFile.kind(of: path, missing: "") }

    private func shown(_ path: String) -> String { root.isEmpty ? path : WorkspacePath.shown(path, from: root) }
}
