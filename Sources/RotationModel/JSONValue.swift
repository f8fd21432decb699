import Basics

/// A JSON text (RFC 8259) as a value. Members keep their order; a name that stands twice in an object is an error.
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([(name: String, value: JSONValue)])

    /// - Throws: ``RotationError/Code/badInput`` that says what is wrong and at which byte.
    package init(parsing bytes: [UInt8]) throws(RotationError) {
        self = try bytes.withUnsafeBufferPointer { bytes throws(RotationError) in
            var parser = JSONParser(bytes)
            return try parser.document()
        }
    }

    /// The kind of value, for messages.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// A strict parser of one JSON text in memory.
private struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0
    private var depth = 0

    /// Deeper input is refused: it has no meaning here, and recursion must stay bounded.
    private static let deepest = 32

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func document() throws(RotationError) -> JSONValue {
        let value = try value()
        skipSpace()
        guard at == bytes.count else { throw unexpected("after the JSON value") }
        return value
    }

    private mutating func value() throws(RotationError) -> JSONValue {
        skipSpace()
        guard at < bytes.count else { throw ended() }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try nested { parser throws(RotationError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(RotationError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw unexpected("where a value should be")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(RotationError) -> JSONValue
    ) throws(RotationError) -> JSONValue {
        depth += 1
        guard depth <= JSONParser.deepest else { throw failure("the JSON is nested deeper than \(JSONParser.deepest)") }
        at += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(RotationError) -> JSONValue {
        var members: [(name: String, value: JSONValue)] = []
        skipSpace()
        if take("}") { return .object([]) }
        while true {
            skipSpace()
            guard at < bytes.count else { throw ended() }
            guard bytes[at] == UInt8(ascii: "\"") else { throw unexpected("where a member's name should be") }
            let name = try string()
            // Few members: a search is faster than a set.
            if members.contains(where: { $0.name == name }) {
                throw failure("the member \u{201C}\(name)\u{201D} stands twice")
            }
            skipSpace()
            guard take(":") else { throw at < bytes.count ? unexpected("where a colon should be") : ended() }
            members.append((name, try value()))
            skipSpace()
            if take(",") { continue }
            if take("}") { return .object(members) }
            throw at < bytes.count ? unexpected("where a comma or a closing brace should be") : ended()
        }
    }

    private mutating func array() throws(RotationError) -> JSONValue {
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array([]) }
        while true {
            elements.append(try value())
            skipSpace()
            if take(",") { continue }
            if take("]") { return .array(elements) }
            throw at < bytes.count ? unexpected("where a comma or a closing bracket should be") : ended()
        }
    }

    /// A string without its quotes, its escapes resolved.
    private mutating func string() throws(RotationError) -> String {
        at += 1
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\"), bytes[at] >= 0x20 {
            at += 1
        }
        if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
            defer { at += 1 }
            return try text(UnsafeBufferPointer(rebasing: bytes[start..<at]))
        }
        var plain = Array(bytes[start..<at])
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return try plain.withUnsafeBufferPointer { plain throws(RotationError) in try text(plain) }
            case UInt8(ascii: "\\"):
                try escape(into: &plain)
            case 0..<0x20:
                throw unexpected("in a string, where it must be escaped")
            case let byte:
                plain.append(byte)
                at += 1
            }
        }
        throw ended()
    }

    private func text(_ utf8: UnsafeBufferPointer<UInt8>) throws(RotationError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else { throw failure("a string is not valid UTF-8") }
        return text
    }

    private mutating func escape(into plain: inout [UInt8]) throws(RotationError) {
        guard at + 1 < bytes.count else { throw ended() }
        let letter = bytes[at + 1]
        at += 2
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain.append(letter)
        case UInt8(ascii: "n"): plain.append(0x0A)
        case UInt8(ascii: "r"): plain.append(0x0D)
        case UInt8(ascii: "t"): plain.append(0x09)
        case UInt8(ascii: "b"): plain.append(0x08)
        case UInt8(ascii: "f"): plain.append(0x0C)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800..<0xDC00).contains(code) {
                guard take("\\"), take("u") else { throw failure("half of a surrogate pair") }
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("half of a surrogate pair") }
            plain.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
        default:
            at -= 1
            throw unexpected("after a backslash")
        }
    }

    private mutating func hexadecimal() throws(RotationError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard at < bytes.count else { throw ended() }
            guard let digit = Hex.value(of: bytes[at]) else { throw unexpected("where a hexadecimal digit should be") }
            code = code << 4 | UInt32(digit)
            at += 1
        }
        return code
    }

    private mutating func number() throws(RotationError) -> JSONValue {
        let start = at
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            try digits()
        }
        return .number(String(decoding: bytes[start..<at], as: UTF8.self))
    }

    private mutating func digits() throws(RotationError) {
        let start = at
        while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) { at += 1 }
        if at == start { throw at < bytes.count ? unexpected("where a digit should be") : ended() }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(RotationError) -> JSONValue {
        for byte in word.utf8 {
            guard at < bytes.count else { throw ended() }
            guard bytes[at] == byte else { throw unexpected("where a value should be") }
            at += 1
        }
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 {
            at += 1
        }
    }

    private func failure(_ message: String) -> RotationError {
        RotationError(.badInput, "\(message) (byte \(at + 1))")
    }

    private func ended() -> RotationError { failure("the JSON ends in the middle") }

    private func unexpected(_ place: String) -> RotationError {
        let byte = bytes[at]
        let name =
            (0x21..<0x7F).contains(byte) ? "\u{201C}\(UnicodeScalar(byte))\u{201D}" : "byte 0x\(Hex.encode([byte]))"
        return failure("\(name) \(place)")
    }
}
