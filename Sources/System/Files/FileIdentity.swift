import Glibc
import RotationModel

/// Which file stood at a name, and as what it stood there: tells it from one that took its place, or was written to, since.
package struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
    /// In bytes.
    package let size: Int64
    /// When it was last written to.
    let seconds: Int64
    let nanoseconds: Int64

    /// The numeric user id of its owner.
    package let owner: UInt32
    package let group: UInt32
    /// Permission bits, with set-id and sticky bits; not the kind of file.
    package let mode: UInt32
    package let kind: Kind
    /// How many names lead to it.
    package let links: UInt64

    package enum Kind: Hashable, Sendable {
        case regular, folder, link, pipe, other
    }

    package init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        (seconds, nanoseconds) = (Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec))
        (owner, group) = (status.st_uid, status.st_gid)
        mode = status.st_mode & 0o7777
        links = UInt64(status.st_nlink)
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            case S_IFLNK: .link
            case S_IFIFO: .pipe
            default: .other
            }
    }

    /// When its content was last written to.
    package var modified: Timestamp { Timestamp(seconds: seconds) }

    /// Whether both are one file, whatever was written to it or became of its name.
    package func isSameFile(as other: FileIdentity) -> Bool { (device, inode) == (other.device, other.inode) }

    /// Whether both lie on one file system.
    package func isOnFileSystem(of other: FileIdentity) -> Bool { device == other.device }

    /// The same file with the same content, whatever became of its name, mode or links.
    package func isSameContent(as other: FileIdentity) -> Bool {
        (device, inode, size, seconds, nanoseconds)
            == (other.device, other.inode, other.size, other.seconds, other.nanoseconds)
    }

    /// Tells this file with this content from every other that has its name or will have it; for records. The number of its file system is
    /// left out: it may be another after a restart.
    package var mark: String { "\(inode)-\(size)-\(seconds).\(nanoseconds)" }

    /// What stands at a path, a link in its last place followed; nil where nothing does, or nothing that may be seen.
    package static func following(_ path: String) -> FileIdentity? {
        try? FileIdentity(following: path)
    }
}
