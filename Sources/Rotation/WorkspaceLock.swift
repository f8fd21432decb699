public import RotationModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One run at a time: held from here until the value is gone, and freed by the kernel when the process dies, however it dies.
public struct WorkspaceLock: ~Copyable {
    let descriptor: Int32

    /// - Throws: ``RotationError/Code/locked`` where another process holds it.
    public init(for configuration: WorkspaceConfiguration) throws(RotationError) {
        let path = configuration.inventory + ".lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else {
            let code = errno
            throw RotationError(
                code == EACCES || code == EPERM || code == EROFS ? .permission : .io,
                "cannot open the lock file: \(String(cString: strerror(code)))", at: path,
                advice: "the user that runs rotation-job has to be able to write in that folder")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = WorkspaceLock.holder(descriptor)
            close(descriptor)
            guard code == EWOULDBLOCK else {
                throw RotationError(.io, "cannot lock: \(String(cString: strerror(code)))", at: path)
            }
            throw RotationError(
                .locked, "another run holds this workspace\(holder.map { " (process \($0))" } ?? "")", at: path,
                advice: "wait until it has ended; the lock goes with its process, there is nothing to clean up")
        }
        // Only now is there something for `deinit` to close: a value that throws while it is made must not close twice.
        self.descriptor = descriptor
        let note = "\(getpid())\n"
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, note, note.utf8.count, 0) }
    }

    deinit {
        // A process that is just being started may still have a copy of the descriptor, which closing this one leaves open.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Who wrote its process number into the file. For the message alone: the lock itself is the kernel's.
    private static func holder(_ descriptor: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        let digits = buffer.prefix(count).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return digits.isEmpty ? nil : String(decoding: digits, as: UTF8.self)
    }
}
