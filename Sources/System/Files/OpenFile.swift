import Glibc

/// An open file. It is closed when the value is gone.
///
/// What was opened is what is looked at and read: a look at its path could see another file by then.
package struct OpenFile: ~Copyable {
    let descriptor: CInt

    /// Opens what stands at a path for reading; a link that leads there is followed. A pipe is not waited for.
    package init(reading path: String) throws(SystemError) {
        try self.init(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
    }

    /// Makes a file for writing, or empties one.
    package init(overwriting path: String, mode: UInt32) throws(SystemError) {
        try self.init(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
    }

    /// Makes a file for writing where nothing stands; the umask does not count.
    ///
    /// - Throws: ``SystemError/exists`` where something does.
    package init(making path: String, mode: UInt32) throws(SystemError) {
        try self.init(path, O_RDWR | O_CREAT | O_EXCL, mode)
        fchmod(descriptor, mode_t(mode))
    }

    private init(_ path: String, _ flags: CInt, _ mode: UInt32 = 0) throws(SystemError) {
        descriptor = open(path, flags | O_CLOEXEC, mode_t(mode))
        guard descriptor >= 0 else { throw SystemError.last }
    }

    deinit { close(descriptor) }

    package func identity() throws(SystemError) -> FileIdentity {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError.last }
        return FileIdentity(status)
    }

    /// Reads what comes next.
    ///
    /// - Returns: how many bytes it was; zero at the end of the file, and where there is no room.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw SystemError.last }
        }
    }

    /// What comes next, to the end of the file or for so many bytes.
    package func bytes(atMost limit: Int) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            do throws(SystemError) {
                while count < limit {
                    let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[count...]))
                    let got = try read(into: rest)
                    if got == 0 { return }
                    count += got
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Writes all of it.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        try Bytes.write(bytes, to: descriptor)
    }
}

extension FileIdentity {
    /// What stands at a path, a link in its last place followed.
    package init(following path: String) throws(SystemError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError.last }
        self.init(status)
    }
}

/// What the user that this process runs as may do with a file.
package enum FileAccess {
    package static func mayRead(_ path: String) -> Bool { access(path, R_OK) == 0 }
    package static func mayWrite(_ path: String) -> Bool { access(path, W_OK) == 0 }
    package static func mayExecute(_ path: String) -> Bool { access(path, X_OK) == 0 }
    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}

/// Names in a folder that the operator named.
package enum FolderListing {
    /// The names, links' and hidden ones' too, without `.` and `..`, by their bytes. What is no UTF-8 is shown with replacement characters.
    package static func names(in path: String) throws(SystemError) -> [String] {
        guard let stream = opendir(path) else { throw SystemError.last }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
