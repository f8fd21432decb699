import Basics
import RotationModel

/// Walks a large JSON file from outside to inside: its array elements or members are read one at a time.
struct JSONStream {
    let file: InputFile
    private let path: String

    /// The longest element or member that is read.
    static let limit = 1 << 20

    init(_ file: InputFile, path: String) {
        self.file = file
        self.path = path
    }

    /// One value's bytes, not yet parsed; nil where it was longer than ``limit``.
    typealias RawValue = [UInt8]?

    /// Calls the body for each element of the array that comes next, with the line where it starts.
    func forEachElement(_ body: (_ value: RawValue, _ line: Int) throws -> Void) throws {
        try expect("[", "an array")
        if try takeNext("]") { return }
        while true {
            try skipSpace()
            let line = file.line
            try body(try rawValue(), line)
            if try takeNext(",") { continue }
            try expect("]", "a comma or the end of the array")
            return
        }
    }

    /// Calls the body for each member of the object that comes next. The body reads the member's value.
    func forEachMember(_ body: (_ name: String, _ line: Int) throws -> Void) throws {
        try expect("{", "an object")
        if try takeNext("}") { return }
        while true {
            try skipSpace()
            let line = file.line
            guard let raw = try rawValue(), case .string(let name) = try JSONValue(parsing: raw) else {
                throw failure("a member's name should be here")
            }
            try expect(":", "a colon")
            try body(name, line)
            if try takeNext(",") { continue }
            try expect("}", "a comma or the end of the object")
            return
        }
    }

    /// Whether an object comes next, and not an array.
    func isObjectNext() throws -> Bool {
        try skipSpace()
        return try file.peek() == UInt8(ascii: "{")
    }

    /// Says that nothing but white space may follow.
    func expectEnd() throws {
        try skipSpace()
        if try file.peek() != nil { throw failure("something follows the end of the JSON") }
    }

    /// Passes over the value that comes next, however long it is.
    func skipValue() throws -> RawValue {
        _ = try rawValue()
        return nil
    }

    /// The bytes of the value that comes next: to the end of its brackets, its string, or its word.
    func rawValue() throws -> RawValue {
        try skipSpace()
        var bytes: [UInt8] = []
        var depth = 0
        var isInString = false
        var isTooLong = false
        while let byte = try file.peek() {
            if isInString {
                if byte == UInt8(ascii: "\\") {
                    take(byte, into: &bytes, &isTooLong)
                    guard let escaped = try file.peek() else { break }
                    take(escaped, into: &bytes, &isTooLong)
                    continue
                }
                if byte == UInt8(ascii: "\"") { isInString = false }
                take(byte, into: &bytes, &isTooLong)
                if !isInString && depth == 0 { return isTooLong ? nil : bytes }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return isTooLong ? nil : bytes }
                depth -= 1
                take(byte, into: &bytes, &isTooLong)
                if depth == 0 { return isTooLong ? nil : bytes }
                continue
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x0A, 0x0D, 0x09:
                if depth == 0 { return isTooLong ? nil : bytes }
            default: break
            }
            take(byte, into: &bytes, &isTooLong)
        }
        throw failure("the JSON ends in the middle")
    }

    private func take(_ byte: UInt8, into bytes: inout [UInt8], _ isTooLong: inout Bool) {
        if bytes.count < JSONStream.limit { bytes.append(byte) } else { isTooLong = true }
        file.advance()
    }

    /// Passes over the byte if it comes next.
    private func takeNext(_ character: Unicode.Scalar) throws -> Bool {
        try skipSpace()
        guard try file.peek() == UInt8(ascii: character) else { return false }
        file.advance()
        return true
    }

    private func expect(_ character: Unicode.Scalar, _ what: String) throws {
        if try takeNext(character) { return }
        throw failure(
            try file.peek() == nil
                ? "the JSON ends in the middle" : "the JSON is not what it should be: \(what) should be here")
    }

    private func skipSpace() throws {
        while let byte = try file.peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            file.advance()
        }
    }

    private func failure(_ message: String) -> RotationError {
        RotationError(.badInput, message, at: "\(path):\(file.line)")
    }
}
