import COpenSSL
import RotationModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The content of a file that only its owner may read, wiped when it goes.
final class SecretFile {
    /// Larger files are no key and no passphrase.
    static let largest = 64 * 1024

    private let memory: UnsafeMutableRawBufferPointer
    private var count = 0

    private init() {
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: SecretFile.largest, alignment: 16)
    }

    deinit {
        OPENSSL_cleanse(memory.baseAddress, memory.count)
        memory.deallocate()
    }

    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[..<count]))
    }

    /// - Parameter what: What the file is, for messages: `key file`.
    /// - Throws: ``RotationError/Code/permission`` where others than its owner may read or write it, where its owner is neither
    ///   root nor the caller, or where the caller may not read it; ``RotationError/Code/keyUnavailable`` where it is missing, no regular file,
    ///   empty or too large.
    static func read(_ path: String, what: String) throws(RotationError) -> SecretFile {
        // Without O_NONBLOCK, opening a FIFO would wait for a writer for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw openingFailed(path, what, errno) }
        defer { close(descriptor) }
        // What was opened is what is checked: a look at the path beforehand could see another file.
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw unavailable(path, "the \(what) cannot be read: \(reason(errno))")
        }
        try check(status, path, what, credentials: getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) })

        let file = SecretFile()
        while file.count < largest {
            let rest = UnsafeMutableRawBufferPointer(rebasing: file.memory[file.count...])
            let got = Glibc.read(descriptor, rest.baseAddress, rest.count)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw unavailable(path, "the \(what) cannot be read: \(reason(errno))") }
            if got == 0 { break }
            file.count += got
        }
        guard file.count > 0 else { throw unavailable(path, "the \(what) is empty") }
        guard file.count < largest else { throw unavailable(path, "the \(what) is larger than \(largest / 1024) KiB") }
        return file
    }

    /// - Parameter credentials: The folder where systemd put this service's credentials, if it did.
    static func check(
        _ status: stat, _ path: String, _ what: String, credentials: String?
    ) throws(RotationError) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw unavailable(path, "the \(what) is a folder")
        case S_IFIFO: throw unavailable(path, "the \(what) is a named pipe")
        default: throw unavailable(path, "the \(what) is no regular file")
        }
        guard status.st_size <= Int(largest) else {
            throw unavailable(path, "the \(what) is larger than \(largest / 1024) KiB")
        }
        guard status.st_uid == 0 || status.st_uid == geteuid() else {
            throw RotationError(
                .permission, "the \(what) belongs to user \(status.st_uid)", at: path,
                advice: "give it to the user that runs the job: chown \(geteuid()) \(path)")
        }
        // systemd grants a service its credential by an access list, whose mask shows as the group's read bit.
        let isCredential = credentials.map { path.hasPrefix($0 + "/") && !path.contains("/../") } ?? false
        let tooOpen: mode_t = status.st_uid == 0 && status.st_gid == 0 && isCredential ? 0o026 : 0o066
        guard status.st_mode & tooOpen == 0 else {
            let mode = String(status.st_mode & 0o7777, radix: 8)
            throw RotationError(
                .permission, "the \(what) has mode \(mode): others than its owner may read or write it", at: path,
                advice: "chmod 600 \(path)")
        }
    }

    private static func openingFailed(_ path: String, _ what: String, _ number: Int32) -> RotationError {
        switch number {
        case ENOENT: unavailable(path, "the \(what) does not exist")
        case EACCES, EPERM:
            RotationError(
                .permission, "the \(what) may not be read", at: path,
                advice: "let the user that runs the job read it, and nobody else")
        default: unavailable(path, "the \(what) cannot be opened: \(reason(number))")
        }
    }

    private static func unavailable(_ path: String, _ message: String) -> RotationError {
        RotationError(.keyUnavailable, message, at: path)
    }

    private static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }
}
