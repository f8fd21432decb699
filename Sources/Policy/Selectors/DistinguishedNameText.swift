import RotationModel

/// A distinguished name as RFC 4514 text, for comparing names that different programs wrote: spaces around commas and
/// equals signs, and the case of attribute types, make no difference. Values are compared letter by letter.
package struct DistinguishedNameText: Hashable, Sendable, CustomStringConvertible {
    /// As it was given.
    package let description: String
    private let canonical: String

    package init(_ text: String) {
        description = text
        canonical = DistinguishedNameText.canonical(text)
    }

    package static func == (left: DistinguishedNameText, right: DistinguishedNameText) -> Bool {
        left.canonical == right.canonical
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(canonical) }

    /// Whether a name written in another way is this one. Quick where both are written alike.
    package func isSame(as text: String) -> Bool {
        text == description || DistinguishedNameText.canonical(text) == canonical
    }

    private static func canonical(_ text: String) -> String {
        RFC4514.split(text, at: ",").map { component in
            RFC4514.split(component, at: "+").map { attribute in
                let equals = attribute.firstIndex(of: "=") ?? attribute.endIndex
                let type = RFC4514.trimmed(attribute[..<equals]).uppercased()
                return type + equalsAndValue(attribute[equals...])
            }.joined(separator: "+")
        }.joined(separator: ",")
    }

    private static func equalsAndValue(_ text: Substring) -> String {
        text.isEmpty ? "" : "=" + RFC4514.trimmed(text.dropFirst())
    }
}
