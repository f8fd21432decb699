import RotationModel
import System

/// Whether what lies in the spool can be taken for the gate's word: whether nobody may write there who may only hand files in.
struct SpoolTrust {
    /// `inbox`.
    let inbox: FileIdentity
    /// The folders that others may write to: `csr` and `ack`.
    let uploads: [FileIdentity]

    /// Why a folder of the spool may not be read; nil where it may.
    ///
    /// - Parameters:
    ///   - folder: `gate` itself, or one in it; its owner and file system were looked at.
    ///   - path: for the message.
    ///   - parent: `gate`, where it is one in it: whoever may write in both is the gate, and nobody else may.
    func obstacle(_ folder: FileIdentity, at path: String, in parent: FileIdentity? = nil) -> RotationError? {
        if inbox.mode & 0o022 != 0 {
            return refused(
                "others than its owner may write in the inbox itself (mode \(String(inbox.mode, radix: 8))), and so put another folder "
                    + "in its place", path, "chmod go-w the inbox; let only csr/ and ack/ be group-writable")
        }
        if folder.mode & 0o002 != 0 {
            return refused("everybody may write in it (mode \(String(folder.mode, radix: 8)))", path, "chmod o-w it")
        }
        guard folder.mode & 0o020 != 0 else { return nil }
        if uploads.contains(where: { $0.mode & 0o020 != 0 && $0.group == folder.group }) {
            return refused(
                "group \(folder.group) may write in it, and in csr/ or ack/ too: what lies in it could be from whoever hands files in",
                path, "give it a group that only the gate and the job are in")
        }
        if let parent, parent.group != folder.group {
            return refused(
                "group \(folder.group) may write in it, and the folder that it is in belongs to group \(parent.group)",
                path,
                "give both the group that only the gate and the job are in")
        }
        return nil
    }

    private func refused(_ text: String, _ path: String, _ advice: String) -> RotationError {
        RotationError(.permission, "\(text); it is not read", at: path, advice: advice)
    }
}
