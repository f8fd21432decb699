import Basics

/// A certificate's serial number, as the content octets of its INTEGER (RFC 5280, 4.1.2.2).
///
/// What this job makes is positive and 16 to 20 bytes long. What it reads may be worse, and is kept as it came.
package struct SerialNumber: Hashable, Sendable, CustomStringConvertible {
    /// Big-endian, two's complement, minimal.
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads a number as people copy it from other programs: `00:F3:9A`, `f39a`, `0xF39A`, and all that `openssl x509` prints: `serial=F39A`,
    /// `-01` and `(Negative)01` for numbers that count as negative, `1234 (0x4d2)`. Nil where the text is anything else; decimal numbers
    /// cannot be told from hexadecimal ones, and are read as such.
    package init?(hex text: String) {
        var digits = text.trimmingBlanks[...]
        if digits.lowercased().hasPrefix("serial=") { digits = digits.dropFirst("serial=".count) }
        if digits.hasSuffix(")"), let start = digits.firstRange(of: "(0x") {
            digits = digits[start.upperBound...].dropLast()
        }
        let isNegative = digits.hasPrefix("-") || digits.hasPrefix("(Negative)")
        if isNegative { digits = digits.dropFirst(digits.hasPrefix("-") ? 1 : "(Negative)".count) }
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") { digits = digits.dropFirst(2) }
        if digits.contains(":") {
            let groups = digits.split(separator: ":", omittingEmptySubsequences: false)
            guard groups.allSatisfy({ $0.utf8.count == 2 }) else { return nil }
            digits = Substring(groups.joined())
        }
        guard !digits.isEmpty else { return nil }
        guard let bytes = Hex.decode((digits.utf8.count.isMultiple(of: 2) ? "" : "0") + digits) else { return nil }
        let magnitude = Array(bytes.drop { $0 == 0 })
        let positive = magnitude.first.map { $0 < 0x80 } ?? false ? magnitude : [0] + magnitude
        self.bytes = isNegative ? SerialNumber.negated(positive) : positive
    }

    /// The two's complement of a number that is not negative, minimal.
    private static func negated(_ positive: [UInt8]) -> [UInt8] {
        var bytes = positive.map { ~$0 }
        for place in bytes.indices.reversed() {
            bytes[place] &+= 1
            if bytes[place] != 0 { break }
        }
        while bytes.count > 1, bytes[0] == 0xFF, bytes[1] >= 0x80 { bytes.removeFirst() }
        return bytes
    }

    /// A random positive number of `size` bytes: the top bit clear, the next one set, so that the length is exact.
    ///
    /// - Parameter size: 16 to 20.
    package static func random(size: Int = 16, using generator: inout some RandomNumberGenerator) -> SerialNumber {
        precondition((16...20).contains(size), "a serial number has 16 to 20 bytes")
        // Words, not bytes: each is a call into the kernel where the generator is the system's.
        var bytes: [UInt8] = []
        while bytes.count < size { withUnsafeBytes(of: generator.next() as UInt64) { bytes.append(contentsOf: $0) } }
        bytes.removeLast(bytes.count - size)
        bytes[0] = bytes[0] & 0x7F | 0x40
        return SerialNumber(bytes: bytes)
    }

    /// Lower-case hexadecimal.
    package var hex: String { Hex.encode(bytes) }
    package var description: String { hex }
}

extension String {
    fileprivate var trimmingBlanks: Substring {
        var text = self.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
