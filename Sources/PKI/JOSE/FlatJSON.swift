import RotationModel

/// The strings and integers of one small JSON object (RFC 8259), read strictly.
///
/// For what a stranger signed or sent: a member that stands there twice is an error, at every depth, because two readers would take two
/// different ones. Values of other kinds are checked and passed over.
package struct FlatJSON: Sendable {
    /// The most bytes that are read where nothing else is said: what a confirmation or a header needs many times over.
    package static let largest = 4096

    enum Value: Equatable, Sendable {
        case string(String)
        case integer(Int)
        case other(Kind)
    }

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

    /// By the names' bytes: Swift's strings are equal where only their looks are.
    private let members: [[UInt8]: Value]

    /// - Throws: ``RotationError/Code/badInput`` where the bytes are not one JSON object in UTF-8 with nothing but white space around it, a
    ///   member stands there twice, it is nested more than 8 deep, or there are more than `largest` bytes.
    package init(reading bytes: [UInt8], largest: Int = FlatJSON.largest) throws(RotationError) {
        guard bytes.count <= largest else {
            throw RotationError(
                .badInput, "the JSON is \(bytes.count) bytes long", advice: "at most \(largest) are taken")
        }
        var scanner = JSONScanner(bytes)
        members = try scanner.document()
    }

    /// Whether there is such a member, of any kind.
    package func contains(_ name: String) -> Bool { members[Array(name.utf8)] != nil }

    /// What the member's value is; nil where there is no such member.
    package func kind(of name: String) -> Kind? {
        switch members[Array(name.utf8)] {
        case nil: nil
        case .string: .text
        case .integer: .wholeNumber
        case .other(let kind): kind
        }
    }

    /// The member's value; nil where there is none or it is no string.
    package func string(_ name: String) -> String? {
        if case .string(let text) = members[Array(name.utf8)] { text } else { nil }
    }

    /// The member's value; nil where there is none, or it is no number without fraction and exponent that 64 bits hold.
    package func integer(_ name: String) -> Int? {
        if case .integer(let number) = members[Array(name.utf8)] { number } else { nil }
    }
}
