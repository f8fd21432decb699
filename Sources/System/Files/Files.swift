import Glibc
import RotationModel

/// The few file operations that promises rest on: bounded reads that follow no link, writes that are whole or not there.
///
/// Modes are set on the open file, so that neither a strict nor a lax umask changes who can read what is published.
package enum Files {
    /// Read by the group too, not by others: reports, audit exports.
    package static let groupReadable: UInt32 = 0o640
    /// Read by everyone: what devices fetch.
    package static let published: UInt32 = 0o644
    /// Read by the owner alone: keys.
    package static let secret: UInt32 = 0o600

    /// The whole of a regular file. A pipe or device is not waited for.
    ///
    /// - Parameters:
    ///   - limit: the most bytes that are read; a longer file is an error.
    ///   - followsLinks: whether a link in the last place of the path is followed: yes where the operator chose the
    ///     path, no where a device did.
    package static func read(_ path: String, limit: Int, followsLinks: Bool = false) throws(RotationError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | (followsLinks ? 0 : O_NOFOLLOW))
        guard descriptor >= 0 else {
            if errno == ELOOP {
                throw RotationError(.badInput, "it is a symbolic link", at: path, advice: "hand in the file itself")
            }
            throw SystemFailure.error("read it", path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemFailure.error("read it", path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw RotationError(.badInput, "it is not a regular file", at: path)
        }
        guard Int(status.st_size) <= limit else {
            throw RotationError(
                .badInput, "it is \(status.st_size) bytes long", at: path, advice: "at most \(limit) are allowed")
        }
        return try readAll(descriptor, path: path, expecting: Int(status.st_size), limit: limit)
    }

    private static func readAll(
        _ descriptor: Int32, path: String, expecting size: Int, limit: Int
    ) throws(RotationError) -> [UInt8] {
        var failure: Int32 = 0
        // One byte more than the size: a file that grows meanwhile is noticed.
        var bytes = [UInt8](unsafeUninitializedCapacity: min(size, limit) + 1) { buffer, count in
            while count < buffer.count {
                let got = Glibc.read(descriptor, buffer.baseAddress! + count, buffer.count - count)
                if got == 0 { return }
                if got < 0 {
                    if errno == EINTR { continue }
                    failure = errno
                    return
                }
                count += got
            }
        }
        guard failure == 0 else { throw SystemFailure.error("read it", path, code: failure) }
        if bytes.count > size {
            // It grew while it was read: take what it was when it was opened.
            bytes.removeLast(bytes.count - size)
        }
        return bytes
    }

    /// Writes a new file, or over an old one, without renaming: for names that nobody reads yet.
    package static func writeStaged(_ bytes: [UInt8], to path: String, mode: UInt32) throws(RotationError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode_t(mode))
        guard descriptor >= 0 else { throw SystemFailure.error("write it", path) }
        var failure: Int32 = fchmod(descriptor, mode_t(mode)) == 0 ? 0 : errno
        if failure == 0, let error = Bytes.failure(writing: bytes, to: descriptor) { failure = error.number }
        // Some file systems report a full disk only here.
        if close(descriptor) != 0 && failure == 0 && errno != EINTR { failure = errno }
        guard failure == 0 else {
            unlink(path)
            throw SystemFailure.error("write it", path, code: failure)
        }
    }

    /// Where a file is written before it takes its name: beside it, and hidden (no published name starts with a dot).
    package static func stagingPath(of path: String) -> String {
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        return path[..<slash] + "." + path[slash...] + ".new"
    }

    /// Replaces a file, whole and durably: a reader sees the old one or the new one, also after a power failure.
    package static func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(RotationError) {
        let staged = stagingPath(of: path)
        try writeStaged(bytes, to: staged, mode: mode)
        try synchronize(staged)
        try rename(staged, to: path)
        try synchronize(folder(of: path))
    }

    /// Makes a new file and refuses to touch one that exists.
    ///
    /// - Returns: false where there was one.
    package static func create(_ path: String, with bytes: [UInt8], mode: UInt32) throws(RotationError) -> Bool {
        if exists(path) { return false }
        let staged = stagingPath(of: path)
        try writeStaged(bytes, to: staged, mode: mode)
        defer { unlink(staged) }
        guard link(staged, path) == 0 else {
            if errno == EEXIST { return false }
            throw SystemFailure.error("make it", path)
        }
        return true
    }

    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    package static func isRegular(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    package static func rename(_ from: String, to path: String) throws(RotationError) {
        guard Glibc.rename(from, path) == 0 else { throw SystemFailure.error("rename a file to it", path) }
    }

    /// Removes a file; one that is gone already is fine.
    package static func remove(_ path: String) throws(RotationError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemFailure.error("remove it", path) }
    }

    /// Makes a folder and those above it. One that is there keeps its mode.
    package static func makeFolder(_ path: String, mode: UInt32) throws(RotationError) {
        if mkdir(path, mode_t(mode)) != 0 {
            let code = errno
            if code == EEXIST && isFolder(path) { return }
            let parent = folder(of: path)
            guard code == ENOENT && parent != path else {
                throw SystemFailure.error("make the folder", path, code: code)
            }
            try makeFolder(parent, mode: mode)
            guard mkdir(path, mode_t(mode)) == 0 || errno == EEXIST else {
                throw SystemFailure.error("make the folder", path)
            }
        }
        guard chmod(path, mode_t(mode)) == 0 else { throw SystemFailure.error("make the folder", path) }
    }

    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func synchronize(_ path: String) throws(RotationError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure.error("synchronize it", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemFailure.error("synchronize it", path) }
    }
}
