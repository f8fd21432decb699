/// A certificate's serial number, as the content octets of its INTEGER (RFC 5280, 4.1.2.2).
///
/// What this job makes is positive and 16 to 20 bytes long. What it reads may be worse, and is kept as it came.
public struct SerialNumber: Hashable, Sendable, CustomStringConvertible {
    /// Big-endian, two's complement, minimal.
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// A random positive number of `size` bytes: the top bit clear, the next one set, so that the length is exact.
    ///
    /// - Parameter size: 16 to 20.
    public static func random(size: Int = 16, using generator: inout some RandomNumberGenerator) -> SerialNumber {
        precondition((16...20).contains(size), "a serial number has 16 to 20 bytes")
        // Words, not bytes: each is a call into the kernel where the generator is the system's.
        var bytes: [UInt8] = []
        while bytes.count < size { withUnsafeBytes(of: generator.next() as UInt64) { bytes.append(contentsOf: $0) } }
        bytes.removeLast(bytes.count - size)
        bytes[0] = bytes[0] & 0x7F | 0x40
        return SerialNumber(bytes: bytes)
    }

    /// Lower-case hexadecimal.
    public var hex: String { Hex.encode(bytes) }
    public var description: String { hex }
}
