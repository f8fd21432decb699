import Fleet
import Issuing
import RotationModel
import System

/// Whether others than root and the job's user can change what a run goes by.
enum Guarded {
    /// What is wrong, and the command that mends it; nil where nothing is, or nothing stands at the path.
    ///
    /// - Parameter workspace: the folder of rotation.yaml. Its owner can put another file in the place of each that is in it, so what
    ///   he owns adds nothing; that the folder is his is warned about by itself.
    static func fault(of path: String, in workspace: String? = nil) -> (what: String, advice: String)? {
        guard let identity = FileIdentity.following(path) else { return nil }
        let trusted = [0, EffectiveUser.id, workspace.flatMap(FileIdentity.following)?.owner]
        guard trusted.contains(identity.owner) else {
            return (
                "it belongs to user \(identity.owner), who is neither root nor the user that runs the job (\(EffectiveUser.id))",
                "chown \(EffectiveUser.id) \(path)"
            )
        }
        // In a sticky folder nobody removes or renames what is another's.
        let isSticky = identity.kind == .folder && identity.mode & 0o1000 != 0
        guard identity.mode & 0o022 != 0, !isSticky else { return nil }
        return (
            "it has mode \(String(identity.mode, radix: 8)): others than its owner may write to it",
            "chmod go-w \(path)"
        )
    }

    /// - Throws: ``RotationError/Code/permission`` where others could change it.
    static func require(_ path: String, in workspace: String) throws(RotationError) {
        guard let fault = fault(of: path, in: workspace) else { return }
        throw RotationError(.permission, fault.what, at: path, advice: fault.advice)
    }
}

extension Workspace {
    /// What others than root and the job's user can change, and should not: the inventory, the folders of the workspace and of the keys, and
    /// a registry whose server nobody checks. A sentence each, with what mends it.
    func openDoors() -> [String] {
        doorFaults().map { path, fault in "\(path): \(fault.what); \(fault.advice)" }
            + [configuration.inventory.weakness.map { "\(configuration.inventory.text): \($0)" }].compactMap { $0 }
    }

    /// The same, by path.
    func doorFaults() -> [(path: String, fault: (what: String, advice: String))] {
        let keys = configuration.authorities.compactMap(\.key) + [configuration.manifests?.key].compactMap { $0 }
        let keyFolders = keys.compactMap { key in
            if case .file(let path) = key.source { WorkspacePath.folder(of: path) } else { nil }
        }
        let paths =
            [configuration.root] + (configuration.inventory.file.map { [$0, WorkspacePath.folder(of: $0)] } ?? [])
            + keyFolders
            + [configuration.delivery, configuration.reports]
        var seen: Set<String> = []
        return paths.filter { seen.insert($0).inserted }.compactMap { path in
            Guarded.fault(of: path).map { (path, $0) }
        }
    }
}
