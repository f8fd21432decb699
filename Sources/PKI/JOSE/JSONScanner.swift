import Basics
import RotationModel

/// Walks JSON (RFC 8259) byte by byte, for ``FlatJSON``.
struct JSONScanner {
    private let bytes: [UInt8]
    private var position = 0

    private static let deepest = 8

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// One object that fills the bytes.
    mutating func document() throws(RotationError) -> [[UInt8]: FlatJSON.Value] {
        skipBlanks()
        guard next == UInt8(ascii: "{") else { throw fail("is no object") }
        let members = try object(depth: 1)
        skipBlanks()
        guard next == nil else { throw fail("has something after its object") }
        return members
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(RotationError) -> FlatJSON.Value {
        skipBlanks()
        switch next {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"):
            _ = try object(depth: depth)
            return .other(.object)
        case UInt8(ascii: "["):
            try array(depth: depth)
            return .other(.list)
        case UInt8(ascii: "t"): return try word("true", .truthValue)
        case UInt8(ascii: "f"): return try word("false", .truthValue)
        case UInt8(ascii: "n"): return try word("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || JSONScanner.isDigit(byte): return try number()
        default: throw fail("lacks a value")
        }
    }

    private mutating func object(depth: Int) throws(RotationError) -> [[UInt8]: FlatJSON.Value] {
        guard depth <= JSONScanner.deepest else { throw fail("is nested too deep") }
        position += 1
        var members: [[UInt8]: FlatJSON.Value] = [:]
        skipBlanks()
        if take("}") { return members }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw fail("lacks a member's name") }
            let name = try string()
            skipBlanks()
            guard take(":") else { throw fail("lacks a colon") }
            let value = try value(depth: depth + 1)
            guard members.updateValue(value, forKey: Array(name.utf8)) == nil else {
                throw fail("has the member \"\(Printable.text(name.prefix(40)))\" twice")
            }
            skipBlanks()
            if take("}") { return members }
            guard take(",") else { throw fail("lacks a comma or the object's end") }
        }
    }

    private mutating func array(depth: Int) throws(RotationError) {
        guard depth <= JSONScanner.deepest else { throw fail("is nested too deep") }
        position += 1
        skipBlanks()
        if take("]") { return }
        while true {
            _ = try value(depth: depth + 1)
            skipBlanks()
            if take("]") { return }
            guard take(",") else { throw fail("lacks a comma or the array's end") }
        }
    }

    private mutating func word(_ word: String, _ kind: FlatJSON.Kind) throws(RotationError) -> FlatJSON.Value {
        guard bytes[position...].starts(with: word.utf8) else { throw fail("has an unknown word") }
        position += word.utf8.count
        return .other(kind)
    }

    private mutating func number() throws(RotationError) -> FlatJSON.Value {
        let start = position
        _ = take("-")
        if !take("0") { try digits() }
        var isInteger = true
        if take(".") {
            isInteger = false
            try digits()
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            try digits()
        }
        guard isInteger, let number = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            return .other(isInteger ? .largeNumber : .fraction)
        }
        return .integer(number)
    }

    private mutating func digits() throws(RotationError) {
        guard let first = next, JSONScanner.isDigit(first) else { throw fail("has a malformed number") }
        while let digit = next, JSONScanner.isDigit(digit) { position += 1 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    // MARK: Strings

    private mutating func string() throws(RotationError) -> String {
        position += 1
        var content: [UInt8] = []
        while true {
            guard let byte = next else { throw fail("has a string without an end") }
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: content, as: UTF8.self) else { throw fail("is not UTF-8") }
                return text
            case UInt8(ascii: "\\"): try appendEscaped(to: &content)
            case 0..<0x20: throw fail("has a control character in a string")
            default: content.append(byte)
            }
        }
    }

    private mutating func appendEscaped(to content: inout [UInt8]) throws(RotationError) {
        guard let kind = next else { throw fail("has a string without an end") }
        position += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(kind)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            var code = try fourDigits()
            if (0xD800..<0xDC00).contains(code) {
                guard take("\\"), take("u") else { throw fail("has half a surrogate pair") }
                let low = try fourDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw fail("has half a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw fail("has half a surrogate pair") }
            content.append(contentsOf: String(scalar).utf8)
        default: throw fail("has an unknown escape in a string")
        }
    }

    private mutating func fourDigits() throws(RotationError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Hex.value(of: byte) else { throw fail("has an incomplete \\u escape") }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    // MARK: Bytes

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func fail(_ problem: String) -> RotationError {
        RotationError(.badInput, "the JSON \(problem) (byte \(position + 1))")
    }
}
