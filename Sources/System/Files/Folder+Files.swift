import CLinux
import Glibc
import RotationModel

extension Folder {
    /// A regular file's bytes, and which file they were read from.
    package struct Content: Sendable {
        package let bytes: [UInt8]
        package let identity: FileIdentity
    }

    /// Why a file was not read, and what stands at its name.
    package struct ReadFailure: Error {
        package let error: RotationError
        /// nil where that cannot be seen.
        package let identity: FileIdentity?
    }

    /// The whole of a regular file that has one name. A pipe or a device is not waited for.
    ///
    /// - Parameter limit: the most bytes that are read; a longer file is an error.
    /// - Throws: ``ReadFailure``, of ``RotationError/Code/badInput`` where it is no such file, else of what the system says.
    package func read(_ name: String, limit: Int) throws(ReadFailure) -> Content {
        do {
            return try readChecked(name, limit: limit)
        } catch {
            throw ReadFailure(error: error, identity: identity(of: name))
        }
    }

    private func readChecked(_ name: String, limit: Int) throws(RotationError) -> Content {
        let file = openat(descriptor, try checked(name), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { throw notOpened(name, errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw SystemFailure.error("read it", shown(name)) }
        let identity = FileIdentity(status)
        guard identity.kind == .regular else {
            throw RotationError(.badInput, "it is not a regular file", at: shown(name))
        }
        guard identity.links <= 1 else {
            // It may be a name for somebody else's file, which only this process may read.
            throw RotationError(
                .badInput, "it is a hard link to a file that has other names too", at: shown(name),
                advice: "hand in a file of its own")
        }
        guard identity.size <= Int64(limit) else {
            throw RotationError(
                .badInput, "it is \(identity.size) bytes long", at: shown(name), advice: "at most \(limit) are allowed")
        }
        return Content(bytes: try bytes(of: file, Int(identity.size), name), identity: identity)
    }

    private func notOpened(_ name: String, _ code: CInt) -> RotationError {
        switch code {
        case ELOOP:
            RotationError(.badInput, "it is a symbolic link", at: shown(name), advice: "hand in the file itself")
        // A socket cannot be opened.
        case ENXIO, ENODEV, EOPNOTSUPP: RotationError(.badInput, "it is not a regular file", at: shown(name))
        default: SystemFailure.error("read it", shown(name), code: code)
        }
    }

    /// What the file was when it was opened: what it grows by meanwhile is not read.
    private func bytes(of file: CInt, _ size: Int, _ name: String) throws(RotationError) -> [UInt8] {
        var failure: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size, let base = buffer.baseAddress {
                let got = Glibc.read(file, base + count, size - count)
                if got == 0 { return }
                if got < 0 {
                    if errno == EINTR { continue }
                    failure = errno
                    return
                }
                count += got
            }
        }
        guard failure == 0 else { throw SystemFailure.error("read it", shown(name), code: failure) }
        return bytes
    }

    /// What stands at a name, a link itself rather than what it leads to; nil where nothing does.
    package func identity(of name: String) -> FileIdentity? {
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? FileIdentity(status) : nil
    }

    package func contains(_ name: String) -> Bool { identity(of: name) != nil }

    // MARK: Writing

    /// Where a file is written before it takes its name: hidden, so that no reader takes it for one.
    static func stagingName(of name: String) -> String { ".\(name).new" }

    /// Whether it is such a name: of something that a dead process had begun to write, where nobody writes now.
    package static func isStagingName(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(".new") }

    /// Removes what dead processes had begun to write. For who is the only one that writes there.
    package func removeStaged() throws(RotationError) {
        for name in try names() where Folder.isStagingName(name) { try remove(name) }
    }

    /// Writes a file beside its name. Nobody reads it there, and ``putInPlace(_:)`` gives it its name.
    ///
    /// - Parameter modified: when it shall seem to have been written; nil for now.
    package func stage(
        _ bytes: [UInt8], as name: String, mode: UInt32, modified: Timestamp? = nil
    ) throws(RotationError) {
        let staged = Folder.stagingName(of: name)
        var file = openStaged(staged, mode)
        if file < 0, errno == ELOOP || errno == EEXIST {
            // What lies there is nothing of ours: a dead run's file would have been opened.
            unlinkat(descriptor, staged, 0)
            file = openStaged(staged, mode)
        }
        guard file >= 0 else { throw SystemFailure.error("write it", shown(name)) }
        var failure: CInt = fchmod(file, mode_t(mode)) == 0 ? 0 : errno
        if failure == 0, let error = Bytes.failure(writing: bytes, to: file) { failure = error.number }
        if let modified, failure == 0 {
            let times = [timespec](repeating: timespec(tv_sec: Int(modified.seconds), tv_nsec: 0), count: 2)
            if futimens(file, times) != 0 { failure = errno }
        }
        // Some file systems report a full disk only here.
        if close(file) != 0 && failure == 0 && errno != EINTR { failure = errno }
        guard failure == 0 else {
            unlinkat(descriptor, staged, 0)
            throw SystemFailure.error("write it", shown(name), code: failure)
        }
    }

    private func openStaged(_ name: String, _ mode: UInt32) -> CInt {
        openat(descriptor, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode_t(mode))
    }

    /// Gives a staged file its name, in place of what had it.
    package func putInPlace(_ name: String) throws(RotationError) {
        guard renameat(descriptor, Folder.stagingName(of: name), descriptor, try checked(name)) == 0 else {
            throw SystemFailure.error("rename a file to it", shown(name))
        }
    }

    /// Replaces a file, whole and durably: a reader sees the old one or the new one, also after a power failure.
    package func replace(
        _ name: String, with bytes: [UInt8], mode: UInt32, modified: Timestamp? = nil
    ) throws(RotationError) {
        try stage(bytes, as: try checked(name), mode: mode, modified: modified)
        try synchronizeStaged(name)
        try putInPlace(name)
        try synchronize()
    }

    /// The same, but leaves the file alone when it holds these bytes already.
    package func replaceIfDifferent(_ name: String, with bytes: [UInt8], mode: UInt32) throws(RotationError) {
        if let old = try? read(name, limit: bytes.count), old.bytes == bytes { return }
        try replace(name, with: bytes, mode: mode)
    }

    /// Gives a staged file its name where nothing has it.
    ///
    /// - Returns: false where something has.
    package func putInPlaceIfFree(_ name: String) throws(RotationError) -> Bool {
        let staged = Folder.stagingName(of: name)
        if renameat2(descriptor, staged, descriptor, try checked(name), rename_noreplace) == 0 { return true }
        guard errno == EEXIST else { throw SystemFailure.error("rename a file to it", shown(name)) }
        return false
    }

    /// Removes a staged file that is not to get its name.
    package func discardStaged(_ name: String) throws(RotationError) { try remove(Folder.stagingName(of: name)) }

    /// Makes the content of a staged file durable.
    package func synchronizeStaged(_ name: String) throws(RotationError) {
        let file = openat(descriptor, Folder.stagingName(of: name), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { throw SystemFailure.error("synchronize it", shown(name)) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw SystemFailure.error("synchronize it", shown(name)) }
    }

    // MARK: Names

    /// Removes a file; one that is gone already is fine.
    package func remove(_ name: String) throws(RotationError) {
        guard unlinkat(descriptor, try checked(name), 0) == 0 || errno == ENOENT else {
            throw SystemFailure.error("remove it", shown(name))
        }
    }

    /// Removes a folder with all that is in it. Links in it are removed, not followed.
    package func removeTree(_ name: String) throws(RotationError) {
        let inner = try folder(name)
        for raw in try inner.rawNames() {
            let removed = (raw + [0]).withUnsafeBytes { bytes in
                bytes.baseAddress.map { unlinkat(inner.descriptor, $0.assumingMemoryBound(to: CChar.self), 0) } ?? -1
            }
            guard removed != 0, errno == EISDIR || errno == EPERM else { continue }
            if let text = String(validating: raw, as: UTF8.self) { try inner.removeTree(text) }
        }
        guard unlinkat(descriptor, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
            throw SystemFailure.error("remove it", shown(name))
        }
    }

    /// Gives something in the folder another name that nothing has.
    ///
    /// - Returns: false where the new name is taken, or nothing has the old one.
    package func rename(_ name: String, toFree new: String) throws(RotationError) -> Bool {
        if renameat2(descriptor, try checked(name), descriptor, try checked(new), rename_noreplace) == 0 { return true }
        guard errno == EEXIST || errno == ENOENT else { throw SystemFailure.error("rename it", shown(name)) }
        return false
    }

    /// Moves something to another folder of the same file system, whatever it is, under a name that nothing has there.
    package func move(_ name: [UInt8], to folder: Folder, as new: String) throws(RotationError) {
        let moved = (name + [0]).withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return CInt(-1) }
            return renameat2(
                descriptor, base.assumingMemoryBound(to: CChar.self), folder.descriptor, new, rename_noreplace)
        }
        guard moved == 0 else { throw SystemFailure.error("rename a file to it", folder.shown(new)) }
    }

    /// The names in it, byte for byte and sorted by bytes, without `.` and `..`.
    package func rawNames() throws(RotationError) -> [[UInt8]] {
        // Of its own: reading moves a descriptor's position.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else { throw SystemFailure.error("list it", path) }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: UInt8.self, capacity: 256) { bytes in
                    Array(UnsafeBufferPointer(start: bytes, count: 256).prefix { $0 != 0 })
                }
            }
            if name != Array(".".utf8) && name != Array("..".utf8) { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The names that are UTF-8.
    package func names() throws(RotationError) -> [String] {
        try rawNames().compactMap { String(validating: $0, as: UTF8.self) }
    }
}
