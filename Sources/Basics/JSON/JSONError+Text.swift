extension JSONError {
    /// One sentence without a full stop: what stands there, and at which byte, counted from 1. For who can look at the text.
    package var message: String {
        let text =
            switch problem {
            case .tooLong(let bytes, _): "the JSON is \(bytes) bytes long"
            case .tooDeep(let limit): "the JSON is nested deeper than \(limit)"
            case .notAnObject: "the JSON is no object"
            case .missing(let part): found("where \(part.rawValue) should be")
            case .unknownWord: found("where a value should be")
            case .trailing: found("after the JSON value")
            case .unendedString: JSONError.ended
            case .controlCharacter: found("in a string, where it must be escaped")
            case .unknownEscape: found("after a backslash")
            case .halfSurrogatePair: "half of a surrogate pair"
            case .notUTF8: "a string is not valid UTF-8"
            case .repeatedMember(let name): "the member \u{201C}\(name)\u{201D} stands twice"
            }
        return placed(text, at: offset)
    }

    /// The same of a text that its reader cannot see, as what is signed in base64url: what the JSON has or lacks.
    package var summary: String {
        switch problem {
        case .tooLong, .notAnObject: message
        case .tooDeep: placed("the JSON is nested too deep", at: offset)
        case .missing(let part): placed("the JSON \(JSONError.lack(of: part))", at: offset)
        case .unknownWord(let start): placed("the JSON has an unknown word", at: start)
        case .trailing: placed("the JSON has something after its object", at: offset)
        case .unendedString: placed("the JSON has a string without an end", at: offset)
        case .controlCharacter: placed("the JSON has a control character in a string", at: offset)
        case .unknownEscape: placed("the JSON has an unknown escape in a string", at: offset)
        case .halfSurrogatePair: placed("the JSON has half a surrogate pair", at: offset)
        case .notUTF8: placed("the JSON is not UTF-8", at: offset)
        case .repeatedMember(let name):
            placed("the JSON has the member \"\(Printable.text(name.prefix(40)))\" twice", at: offset)
        }
    }

    /// What would be right; empty where the message says it.
    package var advice: String {
        if case .tooLong(_, let limit) = problem { "at most \(limit) are taken" } else { "" }
    }

    private static let ended = "the JSON ends in the middle"

    private static func lack(of part: Part) -> String {
        switch part {
        case .value, .name, .colon: "lacks \(part.rawValue)"
        case .commaOrBrace: "lacks a comma or the object's end"
        case .commaOrBracket: "lacks a comma or the array's end"
        case .digit: "has a malformed number"
        case .hexadecimalDigit: "has an incomplete \\u escape"
        }
    }

    private func placed(_ text: String, at offset: Int) -> String {
        if case .tooLong = problem { text } else { "\(text) (byte \(offset + 1))" }
    }

    /// The byte that was found, and where.
    private func found(_ place: String) -> String {
        guard let byte else { return JSONError.ended }
        let name =
            (0x21..<0x7F).contains(byte) ? "\u{201C}\(UnicodeScalar(byte))\u{201D}" : "byte 0x\(Hex.encode([byte]))"
        return "\(name) \(place)"
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String { message }
}
