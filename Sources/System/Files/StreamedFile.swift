import Glibc
import RotationModel

extension Files {
    /// Writes a file in pieces and puts it in place when it is whole: a report of a large fleet is never in memory at once.
    ///
    /// - Parameter followsLinks: yes where the operator chose the path: what is no regular file (`/dev/null`, a pipe) is written to as
    ///   it is, and a link leads to what it names. Else whatever stands there is replaced, unless it is a folder.
    package static func replace(
        _ path: String, mode: UInt32, followsLinks: Bool = true,
        writing body: (_ write: ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        let target = followsLinks ? resolved(path) : path
        if isFolder(target) {
            throw RotationError(.io, "cannot write it: it is a folder", at: path, advice: "name a file")
        }
        if followsLinks && exists(target) && !isRegular(target) {
            return try write(to: target, flags: O_WRONLY | O_CLOEXEC, shown: path, mode: nil, body)
        }
        let staged = stagingPath(of: target)
        do {
            try write(
                to: staged, flags: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, shown: path, mode: mode, body)
            try rename(staged, to: target)
        } catch {
            unlink(staged)
            throw error
        }
    }

    /// Whether ``replace(_:mode:followsLinks:writing:)`` could write there, as far as that can be told without writing anything.
    ///
    /// - Throws: why not.
    package static func checkReplaceable(_ path: String) throws(RotationError) {
        let target = resolved(path)
        if isFolder(target) {
            throw RotationError(.io, "cannot write it: it is a folder", at: path, advice: "name a file")
        }
        guard exists(target) && !isRegular(target) else {
            let staged = stagingPath(of: target)
            do {
                try writeStaged([], to: staged, mode: secret)
                return try remove(staged)
            } catch {
                throw RotationError(error.code, error.message, at: path, advice: error.advice)
            }
        }
        guard FileAccess.mayWrite(target) else { throw SystemFailure.error("write it", path) }
    }

    private static func write(
        to path: String, flags: Int32, shown: String, mode: UInt32?,
        _ body: (_ write: ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        let descriptor = open(path, flags, mode_t(mode ?? 0))
        guard descriptor >= 0 else { throw SystemFailure.error("write it", shown) }
        defer { close(descriptor) }
        if let mode, fchmod(descriptor, mode_t(mode)) != 0 { throw SystemFailure.error("write it", shown) }
        try body { bytes in try append(bytes, to: descriptor, shown: shown) }
        if mode != nil && fsync(descriptor) != 0 { throw SystemFailure.error("write it", shown) }
    }

    private static func append(_ bytes: [UInt8], to descriptor: Int32, shown: String) throws {
        if let failure = Bytes.failure(writing: bytes, to: descriptor) {
            throw SystemFailure.error("write it", shown, code: failure.number)
        }
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}
