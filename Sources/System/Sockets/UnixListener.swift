import Glibc
import RotationModel

/// A socket in the file system that this process listens on. The file is removed by ``remove()``, not with the descriptor.
package struct UnixListener: Sendable {
    package let path: String
    /// Whoever takes it closes it.
    package let descriptor: CInt
    /// The file that was made, so that another process' one is never removed.
    private let made: FileIdentity

    /// The most bytes of a path (unix(7)).
    private static let longestPath = 107

    /// Listens.
    ///
    /// A file in the way is removed where it is a socket of this user on which nobody listens: what a process that died left there.
    ///
    /// - Parameters:
    ///   - mode: Who may connect, by the file's permissions. Nobody else could at any moment.
    ///   - backlog: So many connections wait to be accepted.
    /// - Throws: ``RotationError/Code/locked`` where somebody listens there, ``RotationError/Code/configuration`` where something else is in the way,
    ///   ``RotationError/Code/permission`` or ``RotationError/Code/io``.
    package init(path: String, mode: UInt32, backlog: CInt = 1024) throws(RotationError) {
        guard path.utf8.count <= UnixListener.longestPath else {
            throw RotationError(
                .configuration, "the socket's path is \(path.utf8.count) bytes long", at: path,
                advice: "at most \(UnixListener.longestPath) are allowed")
        }
        try UnixListener.removeStale(path)
        let descriptor = socket(AF_UNIX, UnixListener.streamWithoutWaiting, 0)
        guard descriptor >= 0 else { throw SystemFailure.error("make a socket", path) }
        do throws(RotationError) {
            // Before it has a name: the file is made with this mode, less the umask.
            guard fchmod(descriptor, mode_t(mode)) == 0 else { throw SystemFailure.error("change its mode", path) }
            guard withAddress(of: path, { bind(descriptor, $0, $1) }) == 0 else {
                throw SystemFailure.error("listen on it", path)
            }
            guard chmod(path, mode_t(mode)) == 0 else { throw SystemFailure.error("change its mode", path) }
            guard listen(descriptor, backlog) == 0 else { throw SystemFailure.error("listen on it", path) }
            var status = stat()
            guard lstat(path, &status) == 0 else { throw SystemFailure.error("look at it", path) }
            made = FileIdentity(status)
        } catch {
            close(descriptor)
            throw error
        }
        (self.path, self.descriptor) = (path, descriptor)
    }

    /// Removes the file, where it is still the one that was made.
    package func remove() {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        let found = FileIdentity(status)
        if found.device == made.device, found.inode == made.inode { unlink(path) }
    }

    private static var streamWithoutWaiting: CInt {
        CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
    }

    private static func removeStale(_ path: String) throws(RotationError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw SystemFailure.error("listen on it", path) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw RotationError(
                .configuration, "a socket is to be made here, and something else is in the way", at: path,
                advice: "name another path, or move it away")
        }
        guard status.st_uid == geteuid() else {
            throw RotationError(
                .permission, "a socket of user \(status.st_uid) is in the way", at: path,
                advice: "remove it, or name another path")
        }
        guard isDead(path) else {
            throw RotationError(
                .locked, "another process listens on this socket", at: path,
                advice: "stop it, or name another path")
        }
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemFailure.error("remove it", path) }
    }

    /// Whether nobody listens there.
    private static func isDead(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, streamWithoutWaiting, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return withAddress(of: path) { connect(descriptor, $0, $1) } != 0 && errno == ECONNREFUSED
    }
}

/// Lends a socket's path as the system calls take it.
private func withAddress(of path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}
