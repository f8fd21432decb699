import Glibc

/// Looking through memory at the speed of the C library.
package enum Bytes {
    /// Where a byte stands first; nil where it stands nowhere.
    package static func place(of byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress, let hit = memchr(base, CInt(byte), bytes.count) else { return nil }
        return UnsafeRawPointer(hit) - base
    }
}
