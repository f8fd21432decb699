/// The one strict reader of JSON (RFC 8259): from bytes that are lent to a value, in one pass.
struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    private let limits: JSONLimits
    var at = 0
    private var depth = 0

    /// Among so few members a search is faster than a set.
    private static let fewMembers = 16

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.size else {
            at = limits.size
            throw failure(.tooLong(bytes: bytes.count, limit: limits.size))
        }
        let value = try value()
        skipSpace()
        guard at == bytes.count else { throw failure(.trailing) }
        return value
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        guard at < bytes.count else { throw failure(.missing(.value)) }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try nested { reader throws(JSONError) in try reader.object() }
        case UInt8(ascii: "["): return try nested { reader throws(JSONError) in try reader.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure(.missing(.value))
        }
    }

    // MARK: Arrays and objects

    private mutating func nested(
        _ body: (inout JSONReader) throws(JSONError) -> JSONValue
    ) throws(JSONError) -> JSONValue {
        depth += 1
        guard depth <= limits.depth else { throw failure(.tooDeep(limit: limits.depth)) }
        at += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        var members: [(name: String, value: JSONValue)] = []
        var names: Set<MemberName> = []
        skipSpace()
        if take("}") { return .object([]) }
        while true {
            skipSpace()
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw failure(.missing(.name)) }
            let name = try string()
            guard JSONReader.isNew(name, among: members, &names) else { throw failure(.repeatedMember(name)) }
            skipSpace()
            guard take(":") else { throw failure(.missing(.colon)) }
            members.append((name, try value()))
            skipSpace()
            if take(",") { continue }
            guard take("}") else { throw failure(.missing(.commaOrBrace)) }
            return .object(members)
        }
    }

    /// - Parameter names: Those of the members, once they are more than a few.
    private static func isNew(
        _ name: String, among members: [(name: String, value: JSONValue)], _ names: inout Set<MemberName>
    ) -> Bool {
        let name = MemberName(name)
        guard members.count >= fewMembers else { return !members.contains { MemberName($0.name) == name } }
        if names.isEmpty { names = Set(members.map { MemberName($0.name) }) }
        return names.insert(name).inserted
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array([]) }
        while true {
            elements.append(try value())
            skipSpace()
            if take(",") { continue }
            guard take("]") else { throw failure(.missing(.commaOrBracket)) }
            return .array(elements)
        }
    }

    // MARK: Words and numbers

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let start = at
        for byte in word.utf8 {
            guard at < bytes.count, bytes[at] == byte else { throw failure(.unknownWord(start: start)) }
            at += 1
        }
        return value
    }

    private mutating func number() throws(JSONError) -> JSONValue {
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

    private mutating func digits() throws(JSONError) {
        let start = at
        while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) { at += 1 }
        if at == start { throw failure(.missing(.digit)) }
    }

    // MARK: Bytes

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while at < bytes.count, JSONReader.isSpace(bytes[at]) { at += 1 }
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    func failure(_ problem: JSONError.Problem) -> JSONError {
        JSONError(problem: problem, offset: at, byte: at < bytes.count ? bytes[at] : nil)
    }
}
