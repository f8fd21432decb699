/// The strings and integers of one small JSON object (RFC 8259).
///
/// For what a stranger signed or sent: values of other kinds are checked and passed over.
package struct FlatJSON: Sendable {
    /// The most bytes that are read where nothing else is said: what a confirmation or a header needs many times over.
    package static let largest = 4096

    /// What a member's value is. The raw value is what to call it in a sentence.
    package enum Kind: String, Sendable {
        case text = "a text"
        case wholeNumber = "a number"
        /// A whole number that 64 bits do not hold.
        case largeNumber = "a number of more than 64 bits"
        /// Written with a fraction or an exponent, be it `3.0`.
        case fraction = "a number with a fraction or an exponent"
        case truthValue = "true or false"
        case null = "null"
        case list = "a list"
        case object = "an object"
    }

    private let members: [(name: String, value: JSONValue)]

    /// - Throws: ``JSONError`` where the bytes are not one JSON object in UTF-8 with nothing but white space around it, a member stands there
    ///   twice, at whatever depth, it is nested more than 8 deep, or there are more than `largest` bytes.
    package init(reading bytes: [UInt8], largest: Int = FlatJSON.largest) throws(JSONError) {
        let start = bytes.firstIndex { !JSONReader.isSpace($0) } ?? bytes.count
        let first = start < bytes.count ? bytes[start] : nil
        // A text that is too long is that first of all.
        guard first == UInt8(ascii: "{") || bytes.count > largest,
            case .object(let members) = try JSONValue(reading: bytes, limits: JSONLimits(depth: 8, size: largest))
        else { throw JSONError(problem: .notAnObject, offset: start, byte: first) }
        self.members = members
    }

    /// The members' names, in their order.
    package var names: [String] { members.map(\.name) }

    /// Whether there is such a member, of any kind.
    package func contains(_ name: String) -> Bool { members[name] != nil }

    /// What the member's value is; nil where there is no such member.
    package func kind(of name: String) -> Kind? {
        switch members[name] {
        case nil: nil
        case .string: .text
        case .number(let text)?: FlatJSON.kind(ofNumber: text)
        case .bool: .truthValue
        case .null: .null
        case .array: .list
        case .object: .object
        }
    }

    /// The member's value; nil where there is none or it is no string.
    package func string(_ name: String) -> String? {
        if case .string(let text) = members[name] { text } else { nil }
    }

    /// The member's value; nil where there is none, or it is no number without fraction and exponent that 64 bits hold.
    package func integer(_ name: String) -> Int? {
        if case .number(let text) = members[name] { Int(text) } else { nil }
    }

    private static func kind(ofNumber text: String) -> Kind {
        if Int(text) != nil { return .wholeNumber }
        return text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-") }
            ? .largeNumber : .fraction
    }
}
