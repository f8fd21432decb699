import RotationModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads files that people write: `rotation.yaml` and policies. Whatever is in the way becomes an error that says so.
enum ConfigurationFile {
    /// Reads a regular file, at most `limit` bytes and one more, by which the caller can tell that it is longer.
    ///
    /// - Parameter missing: what to do where there is no such file.
    /// - Throws: ``RotationError/Code/configuration``, or ``RotationError/Code/permission`` where it may not be read.
    static func read(_ path: String, limit: Int, missing: String) throws(RotationError) -> [UInt8] {
        // Without O_NONBLOCK, opening a named pipe would wait for its writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(errno, path, missing: missing) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(errno, path, missing: missing) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR:
            throw RotationError(.configuration, "this is a folder, not a file", at: path, advice: "name a file in it")
        default: throw RotationError(.configuration, "this is not a regular file", at: path, advice: missing)
        }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                readBytes(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
            }
            if got == 0 { break }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw failure(errno, path, missing: missing) }
            count += got
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// What stands at a path; nil where nothing does.
    static func kind(of path: String, missing: String) throws(RotationError) -> Kind {
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure(errno, path, missing: missing) }
        return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
    }

    enum Kind { case file, folder }

    /// The names in a folder, by their bytes.
    ///
    /// - Parameter hidden: whether also those that start with a dot.
    static func names(in folder: String, hidden: Bool = false, missing: String) throws(RotationError) -> [String] {
        guard let stream = opendir(folder) else { throw failure(errno, folder, missing: missing) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name == "." || name == ".." || (!hidden && name.hasPrefix(".")) { continue }
            names.append(name)
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func failure(_ code: Int32, _ path: String, missing: String) -> RotationError {
        switch code {
        case ENOENT, ENOTDIR:
            RotationError(.configuration, "there is no such file or folder", at: path, advice: missing)
        case EACCES, EPERM:
            RotationError(
                .permission, "it may not be read by this user", at: path,
                advice: "check its owner and mode, and its folder's")
        default: RotationError(.configuration, String(cString: strerror(code)), at: path, advice: missing)
        }
    }
}

/// read(2), by a name that ``ConfigurationFile/read(_:limit:missing:)`` does not hide.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    guard let buffer else { return 0 }
    return read(descriptor, buffer, count)
}
