/// Refuses a ClientHello (RFC 8446, 4.1.2) that says it is longer than any client's, before OpenSSL makes room for it.
///
/// OpenSSL believes up to 128 KiB at once, so that nine bytes of a stranger would cost as much. This is handed all that a client sends, in
/// pieces of any size, and follows it up to the first thing that is no ClientHello: a second one comes after a HelloRetryRequest.
struct ClientHelloLimit {
    /// Some two thousand bytes are usual, with a key against quantum computers.
    static let largest = 16 * 1024

    private var isOver = false
    private var isHandshake = false
    /// The bytes of the record, and of the message, that are still to come.
    private var (record, message) = (0, 0)
    /// As much of a record's header (type, version, length: 5 bytes) and of a message's (type, length: 4) as there was.
    private var (recordHeader, messageHeader) = (Header(), Header())

    private struct Header {
        var bytes: UInt64 = 0
        var count = 0

        /// All of it, once that many bytes are there.
        mutating func read(_ byte: UInt8, of length: Int) -> UInt64? {
            bytes = bytes << 8 | UInt64(byte)
            count += 1
            guard count == length else { return nil }
            defer { self = Header() }
            return bytes
        }
    }

    /// False once a ClientHello is too long.
    mutating func admits(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard !isOver else { return true }
        for byte in bytes where !isOver {
            if record == 0 {
                readRecordHeader(byte)
            } else {
                record -= 1
                if isHandshake, !admitsMessage(byte) { return false }
            }
        }
        return true
    }

    private mutating func readRecordHeader(_ byte: UInt8) {
        guard let header = recordHeader.read(byte, of: 5) else { return }
        let type = header >> 32
        isHandshake = type == 22
        // A change_cipher_spec may stand between two ClientHellos (RFC 8446, D.4).
        isOver = !isHandshake && type != 20
        record = Int(header & 0xFFFF)
    }

    private mutating func admitsMessage(_ byte: UInt8) -> Bool {
        guard message == 0 else {
            message -= 1
            return true
        }
        guard let header = messageHeader.read(byte, of: 4) else { return true }
        isOver = header >> 24 != 1
        message = Int(header & 0xFF_FFFF)
        return isOver || message <= ClientHelloLimit.largest
    }
}
