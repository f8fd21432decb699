/// A distinguished name as RFC 4514 text, for comparing names that different programs wrote: spaces around commas and
/// equals signs, and the case of attribute types, make no difference. Values are compared letter by letter.
public struct DistinguishedNameText: Hashable, Sendable, CustomStringConvertible {
    /// As it was given.
    public let description: String
    private let canonical: String

    public init(_ text: String) {
        description = text
        canonical = DistinguishedNameText.canonical(text)
    }

    public static func == (left: DistinguishedNameText, right: DistinguishedNameText) -> Bool {
        left.canonical == right.canonical
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(canonical) }

    /// Whether a name written in another way is this one. Quick where both are written alike.
    public func isSame(as text: String) -> Bool {
        text == description || DistinguishedNameText.canonical(text) == canonical
    }

    private static func canonical(_ text: String) -> String {
        RFC4514.split(text, at: ",").map { component in
            RFC4514.split(component, at: "+").map { attribute in
                let equals = attribute.firstIndex(of: "=") ?? attribute.endIndex
                let type = RFC4514.trimmed(attribute[..<equals]).uppercased()
                return type + RFC4514.equalsAndValue(attribute[equals...])
            }.joined(separator: "+")
        }.joined(separator: ",")
    }
}

/// What the string form of distinguished names says of separators, escapes and spaces (RFC 4514, 2 and 3).
enum RFC4514 {
    /// Splits at each separator that no backslash stands before.
    static func split(_ text: some StringProtocol, at separator: Unicode.Scalar) -> [Substring] {
        let text = Substring(text)
        var parts: [Substring] = []
        var start = text.startIndex
        var isEscaped = false
        for at in text.unicodeScalars.indices {
            let scalar = text.unicodeScalars[at]
            if isEscaped {
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == separator {
                parts.append(text[start..<at])
                start = text.unicodeScalars.index(after: at)
            }
        }
        return parts + [text[start...]]
    }

    /// Without the spaces at both ends, except one at the end that a backslash stands before.
    static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " }
        while text.last == " " {
            let backslashes = text.dropLast().reversed().prefix { $0 == "\\" }.count
            if backslashes % 2 == 1 { break }
            text.removeLast()
        }
        return text
    }

    static func equalsAndValue(_ text: Substring) -> String {
        text.isEmpty ? "" : "=" + trimmed(text.dropFirst())
    }
}
