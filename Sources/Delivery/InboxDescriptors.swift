import RotationModel
import Synchronization
import System

/// The inbox's folders, each opened once. From then on it does not matter what their names lead to: whoever fills the inbox is
/// another user, and may rename what is his.
final class InboxDescriptors: Sendable {
    let root: String
    /// Whether `gate` is read.
    private let acceptsGate: Bool

    private struct Opened {
        var inbox: Folder?
        var folders: [String: Folder] = [:]
        /// What was read, by the folder's name and the file's.
        var seen: [String: FileIdentity] = [:]
    }
    private let opened = Mutex(Opened())

    init(root: String, acceptsGate: Bool = false) { (self.root, self.acceptsGate) = (root, acceptsGate) }

    /// The gate's spool, a folder of the inbox.
    static let gate = "gate"

    /// A folder of the inbox; nil where there is none.
    ///
    /// - Parameter name: `csr`, or of the gate's spool `gate/seen`.
    /// - Throws: ``RotationError/Code/permission`` where it is none that may be used: a link, on another file system, or of an owner
    ///   who is neither this process's user nor root nor the inbox's own. Of the spool also where others than the gate may write there, and
    ///   ``RotationError/Code/configuration`` where there is to be none.
    func folder(_ name: String) throws(RotationError) -> Folder? {
        try opened.withLock { state throws(RotationError) in
            let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return try ownFolder(name, &state) }
            return try spoolFolder(parts[1], &state)
        }
    }

    private func ownFolder(_ name: String, _ state: inout Opened) throws(RotationError) -> Folder? {
        if let known = state.folders[name] { return known }
        guard let inbox = try inbox(&state), inbox.contains(name) else { return nil }
        let folder = try inbox.folder(name)
        try check(folder, in: inbox)
        state.folders[name] = folder
        return folder
    }

    /// A folder of the spool. Whose it is, the spool's own mode says: who may write there made it.
    private func spoolFolder(_ name: String, _ state: inout Opened) throws(RotationError) -> Folder? {
        let inner = "\(InboxDescriptors.gate)/\(name)"
        if let known = state.folders[inner] { return known }
        guard let inbox = try inbox(&state), inbox.contains(InboxDescriptors.gate) else { return nil }
        guard acceptsGate else {
            throw RotationError(
                .configuration, "rotation.yaml has no `gate`, and so what lies in it is not read",
                at: "\(root)/\(InboxDescriptors.gate)",
                advice: "add `gate` where a gate runs; where none does, find out who made the folder")
        }
        // Where those cannot be looked at, nobody knows who else may write.
        var uploads: [FileIdentity] = []
        for name in ["csr", "ack"] {
            if let upload = try ownFolder(name, &state) { uploads.append(try upload.identity()) }
        }
        guard let gate = try ownFolder(InboxDescriptors.gate, &state) else { return nil }
        let trust = SpoolTrust(inbox: try inbox.identity(), uploads: uploads)
        let own = try gate.identity()
        if let obstacle = trust.obstacle(own, at: gate.path) { throw obstacle }
        guard gate.contains(name) else { return nil }
        let inside = try gate.folder(name)
        let identity = try inside.identity()
        guard identity.isOnFileSystem(of: own) else {
            throw RotationError(
                .permission, "it lies on another file system than the inbox", at: inside.path,
                advice: "make it a folder of the inbox itself")
        }
        if let obstacle = trust.obstacle(identity, at: inside.path, in: own) { throw obstacle }
        state.folders[inner] = inside
        return inside
    }

    /// `rejected/`, which is made where it is missing: what lies in it was written by the job.
    func rejected() throws(RotationError) -> Folder {
        let name = "rejected"
        if let known = try folder(name) { return known }
        return try opened.withLock { state throws(RotationError) in
            guard let inbox = try inbox(&state) else {
                throw RotationError(.io, "there is no such folder", at: root, advice: "check `inbox` in rotation.yaml")
            }
            let folder = try inbox.makeFolder(name, mode: 0o750)
            state.folders[name] = folder
            return folder
        }
    }

    /// Takes the right to rename the inbox's folders from everybody but its owner, where this process may.
    ///
    /// - Returns: a sentence that says what was changed, or what has to be; nil where all is well.
    func close() throws(RotationError) -> String? {
        guard let inbox = try opened.withLock({ state throws(RotationError) in try self.inbox(&state) }) else {
            return nil
        }
        let identity = try inbox.identity()
        guard identity.mode & 0o022 != 0 else { return nil }
        let (old, new) = (String(identity.mode, radix: 8), String(identity.mode & ~0o022, radix: 8))
        let danger = "whoever may write in it can put other folders in the place of csr, ack and rejected"
        guard identity.owner == EffectiveUser.id || EffectiveUser.id == 0 else {
            return "\(root) has mode \(old): \(danger); as its owner: chmod \(new) \(root)"
        }
        try inbox.setMode(identity.mode & ~0o022)
        return "\(root) had mode \(old), and has \(new) now: \(danger). csr and ack alone are for others to write in"
    }

    private func inbox(_ state: inout Opened) throws(RotationError) -> Folder? {
        if let known = state.inbox { return known }
        guard FileIdentity.following(root) != nil else { return nil }
        let inbox = try Folder(opening: root)
        state.inbox = inbox
        return inbox
    }

    private func check(_ folder: Folder, in inbox: Folder) throws(RotationError) {
        let (own, above) = (try folder.identity(), try inbox.identity())
        guard own.isOnFileSystem(of: above) else {
            throw RotationError(
                .permission, "it lies on another file system than the inbox", at: folder.path,
                advice: "make it a folder of the inbox itself")
        }
        guard [0, EffectiveUser.id, above.owner].contains(own.owner) else {
            throw RotationError(
                .permission,
                "it belongs to user \(own.owner), who is neither root nor the job's user nor the inbox's owner",
                at: folder.path,
                advice:
                    "find out who put it there; give the folder to the job's user, and let others write by the group")
        }
    }

    // MARK: What was read

    /// Notes which file was read, so that this one alone is removed.
    func remember(_ identity: FileIdentity?, _ folder: String, _ name: String) {
        opened.withLock { $0.seen["\(folder)/\(name)"] = identity }
    }

    /// Which file was read, while it is not taken out.
    func known(_ folder: String, _ name: String) -> FileIdentity? { opened.withLock { $0.seen["\(folder)/\(name)"] } }

    func recall(_ folder: String, _ name: String) -> FileIdentity? {
        opened.withLock { $0.seen.removeValue(forKey: "\(folder)/\(name)") }
    }
}
