import Foundation
import RotationModel
import System

/// A file that is written from its start to its end, through a buffer.
final class FileStream {
    private let path: String
    private let file: OpenFile
    private var buffer: [UInt8] = []
    private var failure: SystemError?

    init(_ path: String, mode: UInt32 = 0o644) throws(RotationError) {
        self.path = path
        do { file = try OpenFile(overwriting: path, mode: mode) } catch { throw FileStream.error(path, error) }
    }

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
            guard failure == nil else { return }
            do throws(SystemError) { try file.write(bytes) } catch { failure = error }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// A whole small file: tens of thousands of them are written, which Foundation would take its time for.
    static func write(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o644) throws(RotationError) {
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

    private static func error(_ path: String, _ error: SystemError) -> RotationError {
        RotationError(.io, "the file cannot be written: \(error)", at: path)
    }
}
