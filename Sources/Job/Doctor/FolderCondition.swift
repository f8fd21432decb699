import Delivery
import Fleet
import RotationModel
import System

/// The workspace's files and folders: whether they are there, this user's to write, and nobody else's.
struct FolderCondition: Condition {
    struct Place: Equatable {
        let path: String
        /// What comes to nothing without it.
        let purpose: String
        var exists = true
        var isWritable = true
    }

    /// Nil where it is on a server.
    let inventory: Place?
    /// The folder of the configuration.
    let root: String
    let folders: [Place]
    /// What others than root and the job's user can change.
    var doors: [(path: String, fault: (what: String, advice: String))] = []
    /// Why what the gate or a pick-up server left cannot be taken in.
    var obstacles: [RotationError] = []
    /// Whose the inventory is, or the folder of the configuration, where this is root's process and it is not root's.
    var owner: UInt32?
    var ownerName: String?

    var findings: [Finding] {
        stranger + missing + unwritable
            + doors.map { Finding("permission", at: $0.path, $0.fault.what, remedy: $0.fault.advice) }
            + obstacles.map { Finding("inbox-obstacle", $0) }
    }

    /// What root writes, the job could not write again.
    private var stranger: [Finding] {
        guard let owner else { return [] }
        let user = ownerName ?? "'#\(owner)'"
        return [
            Finding(
                "root", at: inventory?.path ?? root,
                "this is root, and it belongs to user \(ownerName ?? "\(owner)"): what root writes here the job cannot write again",
                remedy: "sudo -u \(user) rotation-job doctor")
        ]
    }

    private var missing: [Finding] {
        let lost =
            inventory?.exists ?? true
            ? []
            : [
                Finding(
                    "inventory-missing", at: inventory?.path ?? root, "there is no inventory",
                    remedy: "rotation-job init \(Files.folder(of: inventory?.path ?? root))")
            ]
        return lost
            + folders.filter { !$0.exists }.map {
                Finding(
                    "folder-missing", at: $0.path, "there is no such folder: \($0.purpose)",
                    remedy: "install -d -m 0750 \($0.path)")
            }
    }

    private var unwritable: [Finding] {
        ([inventory].compactMap(\.self) + folders).filter { $0.exists && !$0.isWritable }.map {
            Finding(
                "not-writable", at: $0.path, "user \(EffectiveUser.name) may not write there: \($0.purpose)",
                remedy: "start this as the job's user, or chown \(EffectiveUser.name) \($0.path)")
        }
    }
}

extension FolderCondition {
    /// Looks.
    init(_ workspace: Workspace) {
        let configuration = workspace.configuration
        inventory = configuration.inventory.file.map { FolderCondition.place($0, "nothing can be recorded") }
        root = configuration.root
        var folders = [
            (workspace.inbox.requests.path, "no CSR can come in"),
            (workspace.inbox.confirmations.path, "no confirmation can come in"),
            (configuration.delivery, "devices find nothing"),
            (configuration.reports, "a run could not report, and does nothing"),
        ]
        if configuration.gate != nil {
            folders.append((Inbox.spoolPath(in: configuration.inbox.path), "nothing comes in by the gate"))
        }
        self.folders = folders.map { FolderCondition.place($0, $1) }
        doors = workspace.doorFaults()
        let taken =
            [workspace.inbox.requests, workspace.inbox.confirmations]
            + (configuration.gate == nil ? [] : [workspace.inbox.submissions])
        obstacles = taken.compactMap(\.obstacle)
        if EffectiveUser.id == 0,
            let found = FileIdentity.following(configuration.inventory.file ?? configuration.root)?.owner, found != 0
        {
            (owner, ownerName) = (found, UserName.of(found))
        }
    }

    private static func place(_ path: String, _ purpose: String) -> Place {
        Place(
            path: path, purpose: purpose, exists: FileAccess.exists(path), isWritable: FileAccess.mayWrite(path))
    }
}
