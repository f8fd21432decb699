/// A certificate's serial number, as the content octets of its INTEGER (RFC 5280, 4.1.2.2).
///
/// What this job makes is positive and 16 to 20 bytes long. What it reads may be worse, and is kept as it came.
public struct SerialNumber: Hashable, Sendable, CustomStringConvertible {
    /// Big-endian, two's complement, minimal.
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads a positive number as people copy it from other programs: `00:F3:9A`, `f39a`, `0xF39A`. Nil where the text is
    /// anything else; decimal numbers cannot be told from hexadecimal ones, and are read as such.
    public init?(hex text: String) {
        var digits = text[...]
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") { digits = digits.dropFirst(2) }
        if digits.contains(":") {
            let groups = digits.split(separator: ":", omittingEmptySubsequences: false)
            guard groups.allSatisfy({ $0.utf8.count == 2 }) else { return nil }
            digits = Substring(groups.joined())
        }
        guard !digits.isEmpty else { return nil }
        guard let bytes = Hex.decode((digits.utf8.count.isMultiple(of: 2) ? "" : "0") + digits) else { return nil }
        let magnitude = Array(bytes.drop { $0 == 0 })
        self.bytes = magnitude.first.map { $0 < 0x80 } ?? false ? magnitude : [0] + magnitude
    }

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
