import Foundation
import RotationModel

/// A folder of its own under the system's temporary one, removed with all that is in it when the last reference goes.
package final class TemporaryFolder: Sendable {
    package let path: String

    /// - Parameter inMemory: on a file system that lies in memory, where there is one: for tests that write a lot and ask nothing
    ///   about durability.
    /// - Throws: ``RotationModel/RotationError/Code/io``.
    package init(inMemory: Bool = false) throws(RotationError) {
        let memory = "/dev/shm"
        let base =
            inMemory && FileManager.default.isWritableFile(atPath: memory)
            ? memory : FileManager.default.temporaryDirectory.path
        path = "\(base)/rotation-\(UUID().uuidString)"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw RotationError(.io, "no temporary folder can be made", at: path)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of something in the folder.
    package subscript(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, with the folders above it, and gives its path back.
    @discardableResult
    package func write(_ name: String, _ bytes: [UInt8], mode: Int = 0o644) throws(RotationError) -> String {
        try FileWriting.write(self[name], bytes, mode: mode)
        return self[name]
    }

    @discardableResult
    package func write(_ name: String, _ text: String, mode: Int = 0o644) throws(RotationError) -> String {
        try write(name, Array(text.utf8), mode: mode)
    }

    /// - Throws: ``RotationModel/RotationError/Code/io`` where there is no such file.
    package func read(_ name: String) throws(RotationError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: self[name]) else {
            throw RotationError(.io, "the file cannot be read", at: self[name])
        }
        return Array(data)
    }
}

/// Plain files for tests.
enum FileWriting {
    static func write(_ path: String, _ bytes: [UInt8], mode: Int = 0o644) throws(RotationError) {
        do {
            let folder = (path as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        } catch {
            throw RotationError(.io, "the file cannot be written: \(error)", at: path)
        }
    }
}
