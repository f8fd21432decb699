import Basics

/// IP addresses as text.
package enum IPAddress {
    /// The 4 or 16 bytes of an address in dotted form (RFC 791) or in the form of RFC 4291, 2.2; nil for any other text.
    package static func bytes(of text: String) -> [UInt8]? { version4(text[...]) ?? version6(text[...]) }

    /// Four numbers up to 255, without leading zeros.
    private static func version4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard part.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                part.count == 1 || part.first != "0", let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    /// Eight groups of up to four hexadecimal digits; `::` once in place of one or more groups that are zero; the last two may be of
    /// dotted form.
    private static func version6(_ text: Substring) -> [UInt8]? {
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        switch halves.count {
        case 1:
            guard let bytes = groups(halves[0], mayEndDotted: true), bytes.count == 16 else { return nil }
            return bytes
        case 2:
            guard let head = groups(halves[0], mayEndDotted: false), let tail = groups(halves[1], mayEndDotted: true),
                head.count + tail.count <= 14
            else { return nil }
            return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
        default: return nil
        }
    }

    private static func groups(_ text: Substring, mayEndDotted: Bool) -> [UInt8]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (place, part) in parts.enumerated() {
            if mayEndDotted, place == parts.count - 1, let dotted = version4(part) {
                bytes += dotted
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ Hex.value(of: $0) != nil }),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
            }
        }
        return bytes
    }
}
