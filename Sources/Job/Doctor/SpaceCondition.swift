import Basics
import Fleet
import RotationModel
import System

/// Room on the disks that the job writes.
struct SpaceCondition: Condition {
    struct Disk {
        let path: String
        let free: FreeSpace
        /// Bytes that a run should find.
        let wanted: Int64
    }

    let disks: [Disk]

    /// An inventory of a hundred thousand devices, and what a run publishes for them.
    static let least: Int64 = 256 << 20
    /// Manifests and their folders.
    static let leastFiles: Int64 = 10_000

    var findings: [Finding] {
        disks.compactMap { disk in
            if disk.free.bytes < disk.wanted {
                return Finding(
                    "disk-space", at: disk.path,
                    "\(disk.free.bytes >> 20) MiB are free on its disk, and a run may want \(disk.wanted >> 20): a full disk stops it",
                    remedy: "`df -h \(disk.path)`; make room, or move it to another disk")
            }
            if let files = disk.free.files, files < SpaceCondition.leastFiles {
                return Finding(
                    "disk-files", at: disk.path, "its disk has room for \(files) more files: manifests are a file each",
                    remedy: "`df -i \(disk.path)`; use a file system with more inodes")
            }
            return nil
        }
    }
}

extension SpaceCondition {
    /// Looks.
    init(_ workspace: Workspace) {
        let configuration = workspace.configuration
        let inventory = configuration.inventory.file.flatMap(FileIdentity.following)
        // An import writes twice what the inventory grows by, and a backup is another copy.
        let wanted = max(SpaceCondition.least, 2 * Int64(inventory?.size ?? 0))
        var seen: [FileIdentity] = []
        var disks: [Disk] = []
        for path in [configuration.inventory.file, configuration.delivery, configuration.reports].compactMap(\.self) {
            guard let identity = FileIdentity.following(path), !seen.contains(where: identity.isOnFileSystem(of:)),
                let free = FreeSpace(at: path)
            else { continue }
            seen.append(identity)
            disks.append(Disk(path: path, free: free, wanted: wanted))
        }
        self.disks = disks
    }
}
