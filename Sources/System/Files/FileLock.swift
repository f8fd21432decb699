import Glibc
import RotationModel

/// One process at a time: held from here until the value is gone, and freed by the kernel when the process dies, however it dies.
package struct FileLock: ~Copyable {
    let descriptor: Int32

    /// - Parameter path: of a file that is for the lock alone; it is made where there is none.
    /// - Throws: ``RotationError/Code/locked`` where another process holds it.
    package init(_ path: String) throws(RotationError) {
        self.init(holding: try FileLock.locked(path))
    }

    /// Waits where another process holds it.
    ///
    /// - Parameter goesOn: asked ten times a second, with why it is not to be had yet; false ends the waiting.
    /// - Throws: ``RotationError/Code/locked`` where another process holds it still when that said no.
    package init(_ path: String, while goesOn: (RotationError) -> Bool) throws(RotationError) {
        self.init(holding: try FileLock.locked(path, while: goesOn))
    }

    private init(holding descriptor: Int32) {
        self.descriptor = descriptor
        let note = "\(getpid())\n"
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, note, note.utf8.count, 0) }
    }

    deinit {
        // A process that is just being started may still have a copy of the descriptor, which closing this one leaves open.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// A descriptor of the file that stands at the path and is locked. A lock on a file that was removed or replaced meanwhile would
    /// keep nobody out.
    private static func locked(_ path: String) throws(RotationError) -> Int32 {
        while true {
            let descriptor = try opened(path)
            do {
                try lock(descriptor, path)
            } catch {
                close(descriptor)
                throw error
            }
            if isStill(descriptor, path) { return descriptor }
            close(descriptor)
        }
    }

    private static func locked(
        _ path: String, while goesOn: (RotationError) -> Bool
    ) throws(RotationError) -> Int32 {
        while true {
            do {
                return try locked(path)
            } catch {
                guard error.code == .locked, goesOn(error) else { throw error }
            }
            usleep(100_000)
        }
    }

    private static func opened(_ path: String) throws(RotationError) -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            let code = errno
            throw RotationError(
                code == EACCES || code == EPERM || code == EROFS ? .permission : .io,
                "cannot open the lock file: \(String(cString: strerror(code)))", at: path,
                advice: "the user that runs rotation-job has to be able to write in that folder")
        }
        // Whoever may read the file may hold its lock. Earlier versions let the group read it.
        fchmod(descriptor, 0o600)
        return descriptor
    }

    private static func lock(_ descriptor: Int32, _ path: String) throws(RotationError) {
        guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return }
        let code = errno
        guard code == EWOULDBLOCK else {
            throw RotationError(.io, "cannot lock: \(String(cString: strerror(code)))", at: path)
        }
        let holder = FileLock.holder(descriptor).map { " (process \($0))" } ?? ""
        throw RotationError(
            .locked, "another run holds this workspace\(holder)", at: path,
            advice: "wait until it has ended; the lock goes with its process, there is nothing to clean up")
    }

    private static func isStill(_ descriptor: Int32, _ path: String) -> Bool {
        var (held, found) = (stat(), stat())
        return fstat(descriptor, &held) == 0 && lstat(path, &found) == 0 && held.st_ino == found.st_ino
            && held.st_dev == found.st_dev
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
