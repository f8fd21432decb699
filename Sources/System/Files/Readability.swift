import Glibc

extension Files {
    /// Why the bytes of a file cannot all be read; nil where they can, or where there is no such file.
    ///
    /// For a database that the process has open: its descriptor stays open as long as the process lives, since closing it would release the locks
    /// (fcntl(2)) that the process has on the file by others. So it is for errors that end a process.
    package static func readFailure(_ path: String) -> SystemError? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT ? nil : SystemError.last }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return nil }
            if count < 0, errno != EINTR { return SystemError.last }
        }
    }
}
