import COpenSSL
import RotationModel
import System

/// A passphrase's bytes. They are wiped when it goes, and no description shows them.
///
/// `@unchecked Sendable`: the memory is written in `init` and wiped in `deinit`, and only read in between.
package final class Passphrase: @unchecked Sendable, CustomStringConvertible, CustomReflectable {
    private let memory: UnsafeMutableRawBufferPointer

    package init(bytes: [UInt8]) {
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
        length = bytes.count
        memory.copyBytes(from: bytes)
    }

    deinit {
        OPENSSL_cleanse(memory.baseAddress, memory.count)
        memory.deallocate()
    }

    private let length: Int

    /// The first line of a file, without its line end. Its bytes are taken as they stand, whatever their encoding.
    ///
    /// - Parameter what: what the secret is, for messages: `passphrase`, `PIN`.
    /// - Throws: ``RotationError`` as ``PrivateKey/load(path:passphrase:)`` does for the file, and
    ///   ``RotationError/Code/keyUnavailable`` where the line is empty.
    package static func read(file path: String, what: String = "passphrase") throws(RotationError) -> Passphrase {
        let secret = try SecretFile.read(path, what: "\(what) file")
        return try secret.withBytes { bytes throws(RotationError) in
            var line = bytes[..<(bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex)]
            if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
            guard !line.isEmpty else {
                throw RotationError(
                    .keyUnavailable, "the \(what) file's first line is empty", at: path,
                    advice: "write the \(what) on the first line")
            }
            return Passphrase(memory: line)
        }
    }

    /// The value of an environment variable, as it stands.
    ///
    /// - Throws: ``RotationError/Code/keyUnavailable`` where it is not set, or empty.
    package static func read(environment name: String, what: String = "passphrase") throws(RotationError) -> Passphrase
    {
        let advice = "set it in the job's environment, or name a file: { file: … } or { credential: … }"
        return try Environment.withSecret(name) { value throws(RotationError) in
            guard let value else {
                throw RotationError(
                    .keyUnavailable, "the environment variable \(name), which holds a \(what), is not set",
                    advice: advice)
            }
            guard !value.isEmpty else {
                throw RotationError(
                    .keyUnavailable, "the environment variable \(name), which holds a \(what), is empty",
                    advice: advice)
            }
            return Passphrase(memory: value[...])
        }
    }

    private init(memory bytes: Slice<UnsafeRawBufferPointer>) {
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        length = bytes.count
        memory.copyBytes(from: bytes)
    }

    /// In bytes.
    var count: Int { length }

    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[..<length]))
    }

    package var description: String { "(passphrase)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
