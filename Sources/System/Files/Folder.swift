import Basics
import CLinux
import Glibc
import RotationModel

/// An open folder. What is in it is reached from its descriptor, one name at a time and through no link: whoever may rename
/// things around it cannot make this process read, write, move or remove anything elsewhere.
///
/// A name is one part of a path: not empty, not `.` or `..`, without `/` and NUL. Errors name the folder by the path that it was
/// opened by, which is for people alone.
package final class Folder: Sendable {
    package let path: String
    let descriptor: CInt

    /// Opens a folder where the operator says it is: links that lead there are his, and are followed.
    ///
    /// - Throws: ``RotationError/Code/permission`` or ``RotationError/Code/io`` where it is missing or is no folder.
    package init(opening path: String) throws(RotationError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure.error("open the folder", path) }
        (self.path, self.descriptor) = (path, descriptor)
    }

    private init(descriptor: CInt, path: String) { (self.path, self.descriptor) = (path, descriptor) }

    deinit { close(descriptor) }

    /// Opens a folder in it.
    ///
    /// - Throws: ``RotationError/Code/permission`` where a link or the like stands there; ``RotationError/Code/io`` where a file does,
    ///   or nothing.
    package func folder(_ name: String) throws(RotationError) -> Folder {
        let descriptor = openat(
            self.descriptor, try checked(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw openingFailed(name, errno) }
        return Folder(descriptor: descriptor, path: shown(name))
    }

    /// Opens a folder some levels below, in one system call where the kernel has openat2(2).
    ///
    /// - Parameter path: names joined by `/`.
    package func folder(below path: [String]) throws(RotationError) -> Folder {
        for name in path { _ = try checked(name) }
        let joined = path.joined(separator: "/")
        let descriptor = open_beneath(self.descriptor, joined, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        if descriptor >= 0 { return Folder(descriptor: descriptor, path: shown(joined)) }
        guard errno == ENOSYS || errno == EPERM else { throw openingFailed(joined, errno) }
        var folder = self
        for name in path { folder = try folder.folder(name) }
        return folder
    }

    /// Makes a folder in it where there is none, and opens it. One that is there keeps its mode.
    package func makeFolder(_ name: String, mode: UInt32) throws(RotationError) -> Folder {
        if mkdirat(descriptor, try checked(name), mode_t(mode)) == 0 {
            let made = try folder(name)
            // The umask may have taken bits away.
            guard fchmod(made.descriptor, mode_t(mode)) == 0 else {
                throw SystemFailure.error("make the folder", shown(name))
            }
            return made
        }
        guard errno == EEXIST else { throw SystemFailure.error("make the folder", shown(name)) }
        return try folder(name)
    }

    /// Makes folders some levels below where there are none, and opens the last.
    package func makeFolder(below path: [String], mode: UInt32) throws(RotationError) -> Folder {
        var folder = self
        for name in path { folder = try folder.makeFolder(name, mode: mode) }
        return folder
    }

    /// What the folder itself is.
    package func identity() throws(RotationError) -> FileIdentity {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemFailure.error("look at it", path) }
        return FileIdentity(status)
    }

    /// Takes permissions away, or gives them.
    package func setMode(_ mode: UInt32) throws(RotationError) {
        guard fchmod(descriptor, mode_t(mode)) == 0 else { throw SystemFailure.error("change its mode", path) }
    }

    /// Makes names that were added, replaced or removed in it durable.
    package func synchronize() throws(RotationError) {
        guard fsync(descriptor) == 0 else { throw SystemFailure.error("synchronize it", path) }
    }

    /// Makes everything durable that was written to its file system: one call for a batch of files.
    package func synchronizeFileSystem() throws(RotationError) {
        guard syncfs(descriptor) == 0 else { throw SystemFailure.error("synchronize it", path) }
    }

    /// For messages.
    func shown(_ name: String) -> String { "\(path)/\(name)" }

    func checked(_ name: String) throws(RotationError) -> String {
        guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0)
        else { throw RotationError(.io, "\(Printable.text(name)) is not the name of a file", at: path) }
        return name
    }

    private func openingFailed(_ name: String, _ code: CInt) -> RotationError {
        switch code {
        case ELOOP, ENOTDIR, EXDEV:
            RotationError(
                identity(of: name)?.kind == .regular ? .io : .permission,
                "it is a link or a file where a folder has to be", at: shown(name),
                advice: "find out who put it there, and make it a folder again")
        default: SystemFailure.error("open the folder", shown(name), code: code)
        }
    }
}
