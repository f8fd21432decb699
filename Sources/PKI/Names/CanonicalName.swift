import RotationModel

/// A distinguished name in the form in which two are compared (RFC 5280, 7.1): string types, upper and lower case, blanks at the ends and
/// in a row, invisible characters and the order within one relative name make no difference.
///
/// Compatibility characters (RFC 4518's NFKC, as full-width letters) are told apart. A name that is missed for that is a stranger's, of
/// which nothing is believed.
package struct CanonicalName: Hashable, Sendable {
    private let parts: [[String]]

    package init(_ name: DistinguishedName) { self.init(text: name.text) }

    /// - Parameter text: as ``DistinguishedName/text`` writes it.
    package init(text: String) {
        parts = CanonicalName.split(text[...], at: ",").map { relative in
            CanonicalName.split(relative, at: "+").map(CanonicalName.attribute).sorted()
        }
    }

    private static func attribute(_ text: Substring) -> String {
        guard let equals = text.firstIndex(of: "=") else { return String(text) }
        let value = text[text.index(after: equals)...]
        let type = text[..<equals].uppercased()
        // A value that is no text stands there as the hexadecimal of its DER.
        return value.first == "#" ? "\(type)=\(value)" : "\(type)= \(prepared(unescaped(value)))"
    }

    /// RFC 4518, 2: what is to be compared of a value.
    private static func prepared(_ value: String) -> String {
        var words: [String] = [""]
        for scalar in value.unicodeScalars where !isIgnored(scalar) {
            if scalar.properties.isWhitespace {
                if words.last != "" { words.append("") }
            } else {
                words[words.count - 1].unicodeScalars.append(scalar)
            }
        }
        // Folded both ways: there are letters, as ß, whose other case is two.
        return words.filter { !$0.isEmpty }.joined(separator: " ").uppercased().lowercased()
    }

    private static func isIgnored(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isWhitespace { return false }
        return scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .control
            || scalar.properties.generalCategory == .format
    }

    private static func unescaped(_ value: Substring) -> String {
        guard value.contains("\\") else { return String(value) }
        var text = String.UnicodeScalarView()
        var scalars = value.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "\\", let next = scalars.popFirst() else {
                text.append(scalar)
                continue
            }
            // Of the characters that are written in hexadecimal, there is but one: U+0000.
            if next == "0", scalars.first == "0" {
                scalars.removeFirst()
                text.append("\0")
            } else {
                text.append(next)
            }
        }
        return String(text)
    }

    private static func split(_ text: Substring, at separator: Unicode.Scalar) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var isEscaped = false
        for index in text.unicodeScalars.indices {
            let scalar = text.unicodeScalars[index]
            if isEscaped {
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == separator {
                parts.append(text[start..<index])
                start = text.unicodeScalars.index(after: index)
            }
        }
        return parts + [text[start...]]
    }
}
