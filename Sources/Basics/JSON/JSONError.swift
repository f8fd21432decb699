/// What keeps bytes from being taken as JSON, and where.
package struct JSONError: Error, Equatable, Sendable {
    package enum Problem: Equatable, Sendable {
        case tooLong(bytes: Int, limit: Int)
        case tooDeep(limit: Int)
        /// It is a value of another kind, or no JSON at all.
        case notAnObject
        case missing(Part)
        /// Letters that are neither `true`, `false` nor `null`; where they start.
        case unknownWord(start: Int)
        /// Something stands behind the value.
        case trailing
        case unendedString
        case controlCharacter
        case unknownEscape
        /// A surrogate without its other half, which is no character.
        case halfSurrogatePair
        case notUTF8
        case repeatedMember(String)
    }

    /// What should stand where something else does.
    package enum Part: String, Sendable {
        case value = "a value"
        case name = "a member's name"
        case colon = "a colon"
        case commaOrBrace = "a comma or a closing brace"
        case commaOrBracket = "a comma or a closing bracket"
        case digit = "a digit"
        case hexadecimalDigit = "a hexadecimal digit"
    }

    package let problem: Problem
    /// Of the byte that cannot stand there, from 0; the number of bytes where the input ends too early.
    package let offset: Int
    /// That byte; nil where the input ends.
    package let byte: UInt8?
}
