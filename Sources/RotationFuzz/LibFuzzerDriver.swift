#if LIBFUZZER
import CLibFuzzer
import Foundation
import FuzzTargets

/// Hands a parser to libFuzzer, which changes inputs by what they make the parser do.
enum LibFuzzerDriver {
    /// libFuzzer's callback takes no context. Set once, before the only thread that reads it begins.
    nonisolated(unsafe) private static var reader: (any FuzzedReader)?

    static func run(_ target: FuzzTarget, _ arguments: [String]) throws {
        reader = try target.makeReader()
        let words = ["RotationFuzz"] + arguments
        // libFuzzer keeps the pointers: they are never freed.
        var pointers = words.map { strdup($0) } + [nil]
        var count = CInt(words.count)
        let status = pointers.withUnsafeMutableBufferPointer { buffer in
            var base = buffer.baseAddress
            return LLVMFuzzerRunDriver(&count, &base) { data, size in
                LibFuzzerDriver.read(Array(UnsafeBufferPointer(start: data, count: size)))
                return 0
            }
        }
        exit(status)
    }

    private static func read(_ bytes: [UInt8]) {
        do {
            _ = try reader?.read(bytes)
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            // libFuzzer keeps the input of a process that aborts.
            abort()
        }
    }
}
#endif
