import Basics
import RotationModel

/// A distinguished name in any of the ways that programs print one, for finding the name that is meant.
///
/// Read are RFC 4514's form, OpenSSL's (`O = Example, CN = "Press, left"`, with `issuer=` before it or not, in every `-nameopt` that stays on
/// a line or takes one for each part, and the old `/O=Example/CN=Press`), and names of attributes as OpenSSL knows them.
package struct NameText: Sendable {
    private struct Attribute: Hashable {
        /// Dotted, or as it stands where nobody knows it.
        let type: String
        let value: String
    }

    /// In the order of the text. The attributes of one part have no order.
    private let parts: [Set<Attribute>]

    package init(_ text: String) {
        let bare = NameText.withoutHeading(NameText.trimmed(Substring(text)))
        let split = bare.hasPrefix("/") ? NameText.splitAtSlashes(bare) : NameText.split(bare)
        parts = split.map { Set($0.compactMap(NameText.attribute)) }.filter { !$0.isEmpty }
    }

    package var isEmpty: Bool { parts.isEmpty }

    /// Whether both have the same parts in the same order.
    package func isSame(as other: NameText) -> Bool { parts == other.parts }

    /// Whether the one is the other read from its end: RFC 4514 starts with the last part of the certificate's name, OpenSSL with the first.
    package func isReverse(of other: NameText) -> Bool { parts == other.parts.reversed() }

    // MARK: Reading

    /// Of `openssl x509 -issuer` and `-text`.
    private static func withoutHeading(_ text: Substring) -> Substring {
        for heading in ["issuer=", "issuer:", "subject=", "subject:"] where text.lowercased().hasPrefix(heading) {
            return NameText.trimmed(text.dropFirst(heading.count))
        }
        return text
    }

    /// Parts, and in each its attributes.
    private static func split(_ text: Substring) -> [[Substring]] {
        RFC4514.split(text, areQuotesKept: true) { $0 == "," || $0 == ";" || $0 == "\n" }
            .map { RFC4514.split($0, at: "+", areQuotesKept: true) }
    }

    private static func splitAtSlashes(_ text: Substring) -> [[Substring]] {
        pieces(of: text.dropFirst(), at: "/").map { pieces(of: $0, at: "+") }
    }

    /// The separator may stand in a value too: a piece starts where a type and an equals sign follow it.
    private static func pieces(of text: Substring, at separator: Character) -> [Substring] {
        var pieces: [Substring] = []
        for piece in text.split(separator: separator, omittingEmptySubsequences: false) {
            let type = piece.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") }
            let isStart = !type.isEmpty && piece[type.endIndex...].hasPrefix("=")
            if let last = pieces.last, !isStart {
                pieces[pieces.count - 1] = text[last.startIndex..<piece.endIndex]
            } else {
                pieces.append(piece)
            }
        }
        return pieces
    }

    private static func attribute(_ text: Substring) -> Attribute? {
        guard let equals = text.unicodeScalars.firstIndex(of: "=") else { return nil }
        let type = String(NameText.trimmed(text[..<equals]))
        let value = NameText.trimmed(text[text.unicodeScalars.index(after: equals)...])
        guard !type.isEmpty else { return nil }
        return Attribute(type: dotted(type), value: plain(value))
    }

    /// By the names that reports write, then by OpenSSL's.
    private static func dotted(_ type: String) -> String {
        let own = NameAttribute.allCases.first { $0.rawValue.lowercased() == type.lowercased() }
        if let own { return ObjectIdentifier.dotted(own.objectIdentifier.content[...]) }
        return ObjectName.identifier(of: type.hasPrefix("OID.") ? String(type.dropFirst(4)) : type) ?? type.uppercased()
    }

    /// A value without its quotes and escapes (RFC 4514, 2.4), and what `#` and hexadecimal digits stand for.
    private static func plain(_ text: Substring) -> String {
        if text.hasPrefix("#"), let der = Hex.decode(String(text.dropFirst())) {
            let node = try? DERReader.parse(der[...], what: "name")
            return node.flatMap { DirectoryString.text(of: $0) } ?? "#\(Hex.encode(der))"
        }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { continue }
            guard byte == UInt8(ascii: "\\"), let next = rest.first else {
                bytes.append(byte)
                continue
            }
            // The old form of OpenSSL has an x before the digits.
            let digits = next == UInt8(ascii: "x") ? rest.dropFirst().prefix(2) : rest.prefix(2)
            if digits.count == 2, let high = Hex.value(of: digits[digits.startIndex]),
                let low = Hex.value(of: digits[digits.startIndex + 1])
            {
                bytes.append(high << 4 | low)
                rest = rest[digits.endIndex...]
            } else {
                bytes.append(next)
                rest.removeFirst()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Without blanks at both ends, line ends too.
    private static func trimmed(_ text: Substring) -> Substring {
        RFC4514.trimmed(text) { $0 == " " || $0 == "\t" || $0.isNewline }
    }
}
