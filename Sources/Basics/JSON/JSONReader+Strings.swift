/// Strings, whose escapes are resolved (RFC 8259, 7).
extension JSONReader {
    /// The text between two quotes, of which the first comes next.
    mutating func string() throws(JSONError) -> String {
        at += 1
        let start = at
        skipPlain()
        if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
            return try text(UnsafeBufferPointer(rebasing: bytes[start..<at]))
        }
        var content = Array(bytes[start..<at])
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                return try content.withUnsafeBufferPointer { content throws(JSONError) in try text(content) }
            case UInt8(ascii: "\\"):
                try escape(into: &content)
            case 0..<0x20:
                throw failure(.controlCharacter)
            default:
                let start = at
                skipPlain()
                content.append(contentsOf: bytes[start..<at])
            }
        }
        throw failure(.unendedString)
    }

    /// Passes over what stands for itself.
    private mutating func skipPlain() {
        while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\"), bytes[at] >= 0x20 {
            at += 1
        }
    }

    /// Ends a string at its second quote.
    private mutating func text(_ utf8: UnsafeBufferPointer<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else { throw failure(.notUTF8) }
        at += 1
        return text
    }

    private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
        at += 1
        guard at < bytes.count else { throw failure(.unendedString) }
        switch bytes[at] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(bytes[at])
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "u"):
            at += 1
            content.append(contentsOf: String(try scalar()).utf8)
            return
        default: throw failure(.unknownEscape)
        }
        at += 1
    }

    /// What stands behind `\u`: four digits, or a surrogate pair of two such escapes.
    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        var code = try fourDigits()
        if (0xD800..<0xDC00).contains(code) {
            guard take("\\"), take("u") else { throw failure(.halfSurrogatePair) }
            let low = try fourDigits()
            guard (0xDC00..<0xE000).contains(low) else { throw failure(.halfSurrogatePair) }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw failure(.halfSurrogatePair) }
        return scalar
    }

    private mutating func fourDigits() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard at < bytes.count, let digit = Hex.value(of: bytes[at]) else {
                throw failure(.missing(.hexadecimalDigit))
            }
            code = code << 4 | UInt32(digit)
            at += 1
        }
        return code
    }
}
