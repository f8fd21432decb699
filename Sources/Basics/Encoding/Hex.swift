/// Hexadecimal, both ways.
package enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Lower case, two digits a byte.
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        // Most collections lie in one piece of memory, which a caller in another module lends at the price of one call.
        bytes.withContiguousStorageIfAvailable { written($0) } ?? Array(bytes).withUnsafeBufferPointer { written($0) }
    }

    private static func written(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            var at = 0
            for byte in bytes {
                buffer[at] = digits[Int(byte >> 4)]
                buffer[at + 1] = digits[Int(byte & 15)]
                at += 2
            }
            return at
        }
    }

    /// Nil where a character is no digit, of either case, or their number is odd.
    package static func decode(_ text: String) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 2)
        for at in stride(from: 0, to: characters.count, by: 2) {
            guard let high = value(of: characters[at]), let low = value(of: characters[at + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// What one hexadecimal digit is worth, or nil.
    package static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
