import Glibc

/// A system call that failed, by the number that it left in `errno`.
package struct SystemError: Error, Hashable, CustomStringConvertible {
    let number: CInt

    init(_ number: CInt) { self.number = number }

    /// Of the call that failed just now. Nothing else may have run since.
    static var last: SystemError { SystemError(errno) }

    /// As the system says it: `No such file or directory`.
    package var description: String { String(cString: strerror(number)) }

    package static let notFound = SystemError(ENOENT)
    package static let notFolder = SystemError(ENOTDIR)
    package static let exists = SystemError(EEXIST)
    package static let link = SystemError(ELOOP)
    package static let brokenPipe = SystemError(EPIPE)

    /// Whether the user may not: by the mode, by the owner, or because the file system cannot be written.
    package var isDenied: Bool { number == EACCES || number == EPERM }
    package var isReadOnly: Bool { number == EROFS }
    var isInterrupted: Bool { number == EINTR }
    var wouldWait: Bool { number == EAGAIN || number == EWOULDBLOCK }
}
