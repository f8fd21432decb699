import Foundation
import RotationModel

#if canImport(Glibc)
import Glibc
#endif

/// A file that is written from its start to its end, through a buffer.
final class FileStream {
    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var failure: Int32?

    init(_ path: String, mode: mode_t = 0o644) throws(RotationError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileStream.error(path, errno) }
    }

    deinit { _ = Glibc.close(descriptor) }

    func append(_ text: String) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= 1 << 18 { flush() }
    }

    /// Writes the rest. A failure of any write before shows here.
    func close() throws(RotationError) {
        flush()
        if let failure { throw FileStream.error(path, failure) }
    }

    private func flush() {
        buffer.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count, failure == nil {
                let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
                if count >= 0 { done += count } else if errno != EINTR { failure = errno }
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// A whole small file: tens of thousands of them are written, which Foundation would take its time for.
    static func write(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws(RotationError) {
        let stream = try FileStream(path, mode: mode)
        stream.buffer = bytes
        try stream.close()
    }

    static func makeFolder(_ path: String) throws(RotationError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw RotationError(.io, "the folder cannot be made", at: path)
        }
    }

    private static func error(_ path: String, _ number: Int32) -> RotationError {
        RotationError(.io, "the file cannot be written: \(String(cString: strerror(number)))", at: path)
    }
}
