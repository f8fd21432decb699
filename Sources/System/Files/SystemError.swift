import Glibc

/// A system call that failed, by the number that it left in `errno`.
public struct SystemError: Error, Hashable, CustomStringConvertible {
    let number: CInt

    init(_ number: CInt) { self.number = number }

    /// Of the call that failed just now. Nothing else may have run since.
    static var last: SystemError { SystemError(errno) }

    /// As the system says it: `No such file or directory`.
    public var description: String { String(cString: strerror(number)) }

    public static let notFound = SystemError(ENOENT)
    public static let notFolder = SystemError(ENOTDIR)
    public static let exists = SystemError(EEXIST)
    public static let link = SystemError(ELOOP)
    public static let brokenPipe = SystemError(EPIPE)

    /// Whether the user may not: by the mode, by the owner, or because the file system cannot be written.
    public var isDenied: Bool { number == EACCES || number == EPERM }
    public var isReadOnly: Bool { number == EROFS }
    var isInterrupted: Bool { number == EINTR }
    var wouldWait: Bool { number == EAGAIN || number == EWOULDBLOCK }
}
