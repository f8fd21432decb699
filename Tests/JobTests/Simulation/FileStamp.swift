import RotationModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Tells whether a file is still the one that was read: a thousand devices look every day.
enum FileStamp: Equatable {
    case missing
    case file(inode: UInt64, seconds: Int, nanoseconds: Int)

    init(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            self = .missing
            return
        }
        #if canImport(Darwin)
        let time = status.st_mtimespec
        #else
        let time = status.st_mtim
        #endif
        self = .file(inode: UInt64(status.st_ino), seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }

    /// Writes a file as an upload does: beside its place, then renamed.
    static func write(_ bytes: [UInt8], _ path: String) throws {
        let staged = path + ".part"
        guard let file = fopen(staged, "w") else { throw RotationError(.io, "it cannot be written", at: staged) }
        let count = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, count == bytes.count, rename(staged, path) == 0 else {
            throw RotationError(.io, "it cannot be written", at: path)
        }
    }
}
