import Glibc

/// Memory by the C library: looked through, and written out.
package enum Bytes {
    /// Where a byte stands first; nil where it stands nowhere.
    package static func place(of byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress, let hit = memchr(base, CInt(byte), bytes.count) else { return nil }
        return UnsafeRawPointer(hit) - base
    }

    /// Writes all of them, however many calls it takes.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let wrote = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if wrote >= 0 { done += wrote } else if errno != EINTR { throw SystemError.last }
        }
    }

    /// The same, for who has more to do with an open file before its failure can be told.
    ///
    /// - Returns: what went wrong; nil where nothing did.
    static func failure(writing bytes: [UInt8], to descriptor: CInt) -> SystemError? {
        bytes.withUnsafeBytes { buffer in
            do throws(SystemError) {
                try write(buffer, to: descriptor)
                return nil
            } catch {
                return error
            }
        }
    }
}
