/// What the string form of distinguished names says of separators, escapes and spaces (RFC 4514, 2 and 3).
package enum RFC4514 {
    /// Splits at each separator that no backslash stands before.
    ///
    /// - Parameter areQuotesKept: whether separators between double quotes count as part of a value, as RFC 2253 and OpenSSL write them.
    package static func split(
        _ text: some StringProtocol, at separator: Unicode.Scalar, areQuotesKept: Bool = false
    ) -> [Substring] {
        split(text, areQuotesKept: areQuotesKept) { $0 == separator }
    }

    /// As ``split(_:at:areQuotesKept:)``, at any of several separators.
    package static func split(
        _ text: some StringProtocol, areQuotesKept: Bool, where isSeparator: (Unicode.Scalar) -> Bool
    ) -> [Substring] {
        let text = Substring(text)
        var parts: [Substring] = []
        var start = text.startIndex
        var (isEscaped, isQuoted) = (false, false)
        for at in text.unicodeScalars.indices {
            let scalar = text.unicodeScalars[at]
            if isEscaped {
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if areQuotesKept, scalar == "\"" {
                isQuoted.toggle()
            } else if !isQuoted, isSeparator(scalar) {
                parts.append(text[start..<at])
                start = text.unicodeScalars.index(after: at)
            }
        }
        return parts + [text[start...]]
    }

    /// Without blanks at both ends, except one at the end that a backslash stands before.
    ///
    /// - Parameter isBlank: the space alone where nothing else is said, as in the RFC.
    package static func trimmed(
        _ text: Substring, where isBlank: (Character) -> Bool = { $0 == " " }
    ) -> Substring {
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) {
            let backslashes = text.dropLast().reversed().prefix { $0 == "\\" }.count
            if backslashes % 2 == 1 { break }
            text.removeLast()
        }
        return text
    }
}
