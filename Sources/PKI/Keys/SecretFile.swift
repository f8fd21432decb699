import COpenSSL
import RotationModel
import System

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
        let file: OpenFile
        do { file = try OpenFile(reading: path) } catch { throw openingFailed(path, what, error) }
        // What was opened is what is checked: a look at the path beforehand could see another file.
        let found: FileIdentity
        do { found = try file.identity() } catch { throw unreadable(path, what, error) }
        try check(found, path, what, credentials: Environment["CREDENTIALS_DIRECTORY"])

        let secret = SecretFile()
        do { try secret.fill(from: file) } catch { throw unreadable(path, what, error) }
        guard secret.count > 0 else { throw unavailable(path, "the \(what) is empty") }
        guard secret.count < largest else {
            throw unavailable(path, "the \(what) is larger than \(largest / 1024) KiB")
        }
        return secret
    }

    private func fill(from file: borrowing OpenFile) throws(SystemError) {
        while count < memory.count {
            let got = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[count...]))
            if got == 0 { return }
            count += got
        }
    }

    /// - Parameter credentials: The folder where systemd put this service's credentials, if it did.
    static func check(
        _ found: FileIdentity, _ path: String, _ what: String, credentials: String?
    ) throws(RotationError) {
        switch found.kind {
        case .regular: break
        case .folder: throw unavailable(path, "the \(what) is a folder")
        case .pipe: throw unavailable(path, "the \(what) is a named pipe")
        case .link, .other: throw unavailable(path, "the \(what) is no regular file")
        }
        guard found.size <= Int64(largest) else {
            throw unavailable(path, "the \(what) is larger than \(largest / 1024) KiB")
        }
        guard found.owner == 0 || found.owner == EffectiveUser.id else {
            throw RotationError(
                .permission, "the \(what) belongs to user \(found.owner)", at: path,
                advice: "give it to the user that runs the job: chown \(EffectiveUser.id) \(path)")
        }
        // systemd grants a service its credential by an access list, whose mask shows as the group's read bit.
        let isCredential = credentials.map { path.hasPrefix($0 + "/") && !path.contains("/../") } ?? false
        let tooOpen: UInt32 = found.owner == 0 && found.group == 0 && isCredential ? 0o026 : 0o066
        guard found.mode & tooOpen == 0 else {
            let mode = String(found.mode, radix: 8)
            throw RotationError(
                .permission, "the \(what) has mode \(mode): others than its owner may read or write it", at: path,
                advice: "chmod 600 \(path)")
        }
    }

    private static func openingFailed(_ path: String, _ what: String, _ error: SystemError) -> RotationError {
        if error == .notFound { return unavailable(path, "the \(what) does not exist") }
        guard error.isDenied else { return unavailable(path, "the \(what) cannot be opened: \(error)") }
        return RotationError(
            .permission, "the \(what) may not be read", at: path,
            advice: "let the user that runs the job read it, and nobody else")
    }

    private static func unreadable(_ path: String, _ what: String, _ error: SystemError) -> RotationError {
        unavailable(path, "the \(what) cannot be read: \(error)")
    }

    private static func unavailable(_ path: String, _ message: String) -> RotationError {
        RotationError(.keyUnavailable, message, at: path)
    }
}
